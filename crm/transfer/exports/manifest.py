"""What can be said about a file, for people and for programs: kept with the export, and handed out beside the file."""

from typing import Any

from auditlog.leaves import iso
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.transfer.exports.exporters import exporters
from crm.transfer.exports.models import Export
from crm.transfer.exports.reading import Reading
from crm.transfer.exports.selecting import in_words


def manifest_of(
    export: Export, actor: Actor, reading: Reading, remarks: dict[str, int], event: AuditEvent
) -> dict[str, Any]:
    """`event` is the trail's own witness of count and digest."""
    reach = min(actor.reach(f"{export.resource}:{action}") for action in ("read", "export"))
    return {
        "resource": export.resource,
        "format": export.format,
        "columns": [column.name for column in reading.columns],
        "left_out": reading.left_out,
        "blanked": {name: count for name, count in sorted(reading.blanked.items()) if count},
        "remarks": remarks,
        "filter": {
            "words": in_words(actor, reading.exporter, export.filters, export.ids),
            "parameters": export.filters,
            "chosen": len(export.ids),
        },
        "rows": export.rows_done,
        "bytes": export.file_size,
        "sha256": export.sha256,
        "exported_by": {
            "id": str(export.owner_id),
            "name": actor.label,
            "role": actor.role,
            "through": actor.on_behalf_of,
        },
        "reach": reach.name.lower(),
        "teams": list(actor.team_names),
        "started_at": iso(export.started_at),  # type: ignore[arg-type]
        "finished_at": iso(export.finished_at),  # type: ignore[arg-type]
        "event": str(event.pk),
    }


def sealed_manifest(export: Export) -> dict[str, Any]:
    """With the number of the audit seal that covers its event; null until that is sealed."""
    if not export.manifest:
        return {}
    found = AuditEvent.objects.filter(pk=export.manifest["event"]).values_list("seal_id", flat=True).first()
    return {**export.manifest, "seal": found}


def title_of(export: Export) -> str:
    """`Contacts`; the bare word for what is no longer exportable."""
    known = exporters().get(export.resource)
    return known.title if known else export.resource
