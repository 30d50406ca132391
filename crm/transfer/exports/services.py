"""Every mutation of an export: export_<action>(actor, …)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Forbidden, invalid_field
from crm.core.sensitive import never_readable
from crm.outbox.errors import NotDelivered
from crm.outbox.services import enqueue
from crm.transfer.exports.errors import Expired, NotReady
from crm.transfer.exports.exporters import Exporter
from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.exports.running import EXPORT, run_export
from crm.transfer.exports.selecting import chosen_rows, exporter_for
from crm.transfer.rights import rights_of

# So few are written while the asker waits.
AT_ONCE = 1_000
# None is written while the asker waits.
BEHIND = -1
MOST_CHOSEN = 10_000

log = structlog.get_logger("vouch.exports")


def export_create(
    actor: Actor,
    *,
    resource: str,
    format: str = "csv",
    filters: Mapping[str, str] | None = None,
    ids: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    at_once: int = AT_ONCE,
) -> Export:
    """An export of what a list shows with `filters`, or of `ids`. Few rows are written before this returns.

    Raises Invalid, Forbidden.
    """
    export, is_small = _ordered(actor, resource, format, dict(filters or {}), ids, columns, at_once)
    if is_small:
        _write_now(export)
    export.refresh_from_db()
    return export


@transaction.atomic
def _ordered(
    actor: Actor,
    resource: str,
    form: str,
    filters: dict[str, str],
    ids: Sequence[str] | None,
    columns: Sequence[str] | None,
    at_once: int,
) -> tuple[Export, bool]:
    if actor.id is None or not actor.may("exports:write"):
        raise Forbidden("Not allowed: only a person who may write exports can order one.")
    exporter = exporter_for(actor, resource)
    chosen = _checked_ids(ids)
    rows, _ordering = chosen_rows(actor, exporter, filters, chosen)
    export = Export.objects.create(
        owner_id=actor.id,
        resource=resource,
        format=checked_format(exporter, form),
        filters=filters,
        ids=chosen,
        columns=checked_columns(actor, exporter, columns),
        rights=_rights_of(actor),
    )
    asked = {"format": form, "filter": filters, "chosen": len(chosen), "columns": export.columns}
    record(actor, f"{resource}.exported", export, {name: (None, value) for name, value in asked.items()})
    is_small = at_once > BEHIND and rows.order_by().values("pk")[: at_once + 1].count() <= at_once
    if not is_small:
        export_later(export)
    return export, is_small


def export_later(export: Export) -> None:
    enqueue(EXPORT, {"export": str(export.pk)}, key=f"export:{export.pk}:{export.attempts}", subject=str(export))


def _rights_of(actor: Actor) -> dict[str, Any]:
    """With the trace of the request that ordered it, which the events of the export carry, too."""
    rights = rights_of(actor)
    rights["origin"]["trace_id"] = actor.origin.trace_id
    return rights


def _write_now(export: Export) -> None:
    """What does not work now is tried again behind."""
    try:
        run_export(export.pk)
    except NotDelivered:
        return
    except Exception:
        log.exception("export_put_off", id=str(export.pk))
        export.refresh_from_db()
        export_later(export)


@transaction.atomic
def export_download(actor: Actor, pk: UUID | str) -> Export:
    """The export whose file may be handed out now; that it was is in the trail.

    Raises NotFound, Forbidden, NotReady, Expired.
    """
    export = fetch_locked(Export, actor, "read", pk)
    exporter_for(actor, export.resource)
    if export.state == ExportState.EXPIRED or (export.expires_at and export.expires_at <= timezone.now()):
        raise Expired()
    if export.state != ExportState.DONE:
        raise NotReady()
    record(actor, "exports.downloaded", export, {"rows": (None, export.rows_done), "sha256": (None, export.sha256)})
    return export


@transaction.atomic
def export_delete(actor: Actor, pk: UUID | str) -> None:
    """With its file, also while it runs. Raises NotFound, Forbidden."""
    export = fetch_locked(Export, actor, "write", pk)
    record(actor, "exports.deleted", export)
    storage, name = export.file.storage, export.file.name
    export.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def checked_columns(actor: Actor, exporter: Exporter, names: Sequence[str] | None) -> list[str]:
    """In the order asked for; the usual ones, as far as they may be read, where none are. Raises Invalid."""
    known = exporter.columns_for(actor)
    if names is None:
        closed = never_readable(actor, exporter.model)
        return [name for name, column in known.items() if column.is_usual and column.path not in closed]
    if unknown := sorted(set(names) - set(known)):
        raise invalid_field("columns", f"There is no column {', '.join(unknown)}.", "unknown_field")
    if not names or len(set(names)) < len(names):
        raise invalid_field("columns", "Choose each column once, and at least one.", "repeated")
    return list(names)


def checked_format(exporter: Exporter, form: str) -> str:
    fitting = [name for name, one in FORMATS.items() if exporter.has_cards or not one.is_card]
    if form not in fitting:
        raise invalid_field("format", f"Choose one of: {', '.join(fitting)}.", "invalid_choice")
    return form


def _checked_ids(ids: Sequence[Any] | None) -> list[str]:
    if ids is None:
        return []
    if not 1 <= len(ids) <= MOST_CHOSEN:
        raise invalid_field("ids", f"Choose from 1 to {MOST_CHOSEN:,} records.", "out_of_bounds")
    try:
        return list(dict.fromkeys(str(UUID(str(one))) for one in ids))
    except ValueError:
        raise invalid_field("ids", "These are no ids of records.", "invalid") from None
