"""What a template orders now: its view, filters and columns as they are today; what is gone is said, never left out."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.errors import Invalid, NotFound
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.exports.exporters import exporters
from crm.transfer.exports.selecting import chosen_rows, exporter_for, filters_of_view


def order_of(actor: Actor, template: ExportTemplate) -> dict[str, Any]:
    """What `export_create` takes. Raises Invalid (`view_gone`, `column_gone`, or a filter in fault), Forbidden."""
    exporter = exporter_for(actor, template.resource)
    if gone := list(_gone(actor, template)):
        raise Invalid(" ".join(one["message"] for one in gone), details=gone)
    filters = {**_of_view(actor, template), **template.filters}
    chosen_rows(actor, exporter, filters, ())
    asked = {"resource": template.resource, "format": template.format}
    return {**asked, "filters": filters, "columns": list(template.columns)}


def remaining_order(actor: Actor, template: ExportTemplate) -> tuple[dict[str, Any], list[str]]:
    """What is still there of it, for a form to start from, and sentences about what is not. Raises Forbidden."""
    exporter = exporter_for(actor, template.resource)
    gone = list(_gone(actor, template))
    lost_view = any(one["code"] == "view_gone" for one in gone)
    filters = {**({} if lost_view else _of_view(actor, template)), **template.filters}
    known = exporter.columns_for(actor)
    kept = {"filters": filters, "columns": [name for name in template.columns if name in known]}
    return {"resource": template.resource, "format": template.format, **kept}, [one["message"] for one in gone]


def what_is_gone(actor: Actor, template: ExportTemplate) -> list[str]:
    return [one["message"] for one in _gone(actor, template)]


def _gone(actor: Actor, template: ExportTemplate) -> Iterator[dict[str, str]]:
    known = exporters().get(template.resource)
    columns = known.columns_for(actor) if known else {}
    if lost := [name for name in template.columns if name not in columns]:
        message = _("These columns are gone: %(names)s.") % {"names": ", ".join(lost)}
        yield {"field": "columns", "code": "column_gone", "message": message}
    try:
        _of_view(actor, template)
    except NotFound:
        message = _("The saved view is gone, or no longer shared with you.")
        yield {"field": "view", "code": "view_gone", "message": message}


def _of_view(actor: Actor, template: ExportTemplate) -> dict[str, str]:
    """Raises NotFound."""
    return filters_of_view(actor, template.resource, template.view_id) if template.view_id else {}
