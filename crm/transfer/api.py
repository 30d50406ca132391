"""Imports for programs: upload, run until it is finished, read what stayed out."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.parsing import StrictJSONParser, object_in
from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.core.errors import Detail, Invalid, invalid_field
from crm.transfer import services
from crm.transfer.driving import drive
from crm.transfer.filters import ImportFilters
from crm.transfer.models import ImportMode, ImportRun, RowStatus
from crm.transfer.running import reading_of
from crm.transfer.serializers import ImportSerializer
from crm.transfer.words import as_json, words_used

SECONDS_A_CALL = 20
ROWS_SHOWN = 200
ALLOWED = {"mode": ImportMode.values, "date_order": ["dmy", "mdy"], "run": ["true", "false"]}
UPLOAD_FIELDS = {"file", "resource", "source", "team", "encoding", "delimiter", "mode", "date_order", "run"}


class ImportViewSet(ReadOnlyRecordViewSet):
    """`POST imports` takes multipart `file` with `resource`, `source`, `team`, `encoding`, `delimiter`, `mode`,
    `date_order`; `run=true` starts at once. `GET imports/{id}/values` counts the values of columns that have few, with
    what each becomes and may become; `POST imports/{id}/map` takes `mapping`, `mode`, `date_order`, and `values` as
    {field: {value of the file: ours, "" for empty, null to keep such rows out}}. `POST imports/{id}/run` starts it, and
    waits up to 20 seconds for its end; it goes on by itself. `POST imports/{id}/cancel` stops it,
    `…/undo` takes it back."""

    resource = "imports"
    queryset = ImportRun.objects.all()
    serializer_class = ImportSerializer
    filterset_class = ImportFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        "run": "imports:write",
        "map": "imports:write",
        "values": "imports:read",
        "cancel": "imports:write",
        "undo": "imports:write",
        "rows": "imports:read",
    }
    parser_classes = (MultiPartParser, StrictJSONParser)

    def create(self, request: Request) -> Response:
        values = _upload_values(request)
        date_order, is_run = values.pop("date_order", ""), values.pop("run", "") == "true"
        team = self._team(values.pop("team", ""))
        run = services.import_create(self.actor, request.FILES["file"], team=team, **values)
        if date_order:
            services.import_map(self.actor, run.pk, options={"date_order": date_order})
        return self._go_on(run.pk, 201) if is_run else self._shown(run.pk, 201)

    @action(detail=True, methods=["post"])
    def map(self, request: Request, pk: str) -> Response:
        chosen = _map_values(request)
        return self._shown(services.import_map(self.actor, self.get_object().pk, **chosen).pk, 200)

    @action(detail=True, methods=["get"])
    def values(self, request: Request, pk: str) -> Response:
        run = self.get_object()
        found = words_used(run, reading_of(run, self.actor))
        return Response({"results": [as_json(used) for used in found]})

    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        return self._go_on(self.get_object().pk, 200)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._shown(services.import_cancel(self.actor, self.get_object().pk).pk, 200)

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        return self._shown(services.import_undo(self.actor, self.get_object().pk).pk, 200)

    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """Rows that stayed out, by line; `?after=` a line goes on."""
        after = request._request.GET.get("after", "0")
        if not after.isascii() or not after.isdigit():
            raise invalid_field("after", "A line number.")
        stayed_out = self.get_object().rows.filter(status__in=(RowStatus.FAILED, RowStatus.SKIPPED))
        found = stayed_out.filter(line__gt=min(int(after[:18]), 2**62)).order_by("line")[:ROWS_SHOWN]
        return Response({"results": [{name: getattr(row, name) for name in ROW_FIELDS} for row in found]})

    def _go_on(self, pk: Any, status: int) -> Response:
        run = ImportRun.objects.for_actor(self.actor, "write").get(pk=pk)
        if run.state in services.BEFORE_START:
            run = services.import_start(self.actor, pk)
        drive(self.actor, run, SECONDS_A_CALL)
        return self._shown(pk, status)

    def _shown(self, pk: Any, status: int) -> Response:
        return self.answer(self.get_queryset().get(pk=pk), status)

    def _team(self, pk: str) -> Any:
        if not pk:
            return None
        teams: Any = ImportRun._meta.get_field("team").related_model._default_manager  # type: ignore[union-attr]
        try:
            return teams.for_actor(self.actor).get(pk=pk)
        except (teams.model.DoesNotExist, ValidationError, ValueError):
            raise invalid_field("team", "There is no such record.", "does_not_exist") from None


def _map_values(request: Request) -> dict[str, Any]:
    """Raises Invalid for unknown fields and wrong types."""
    data = object_in(request.data)
    kinds = {"mapping": list, "values": dict, "mode": str, "date_order": str}
    for name, value in data.items():
        if name not in kinds:
            raise invalid_field(name, "There is no such field.", "unknown_field")
        if not isinstance(value, kinds[name]):
            raise invalid_field(name, f"Send a {kinds[name].__name__}.", "invalid")
    if not all(isinstance(name, str) for name in data.get("mapping", ())):
        raise invalid_field("mapping", "A list of names.", "invalid")
    if details := _others(data):
        raise Invalid(details=details)
    options = {"date_order": data["date_order"]} if "date_order" in data else None
    return {
        "mapping": data.get("mapping"),
        "words": data.get("values"),
        "mode": data.get("mode", ""),
        "options": options,
    }


def _others(values: Mapping[str, Any]) -> list[Detail]:
    """What is none of those offered."""
    return [
        {"field": name, "code": "invalid_choice", "message": f"One of: {', '.join(allowed)}."}
        for name, allowed in ALLOWED.items()
        if values.get(name, allowed[0]) not in allowed
    ]


ROW_FIELDS = ("line", "status", "reasons", "cells")


def _upload_values(request: Request) -> dict[str, str]:
    """Raises Invalid for a missing file, unknown fields, and values that are none of those offered."""
    data = object_in(request.data)
    details: list[Detail] = [
        {"field": name, "code": "unknown_field", "message": "There is no such field."}
        for name in sorted(set(data) - UPLOAD_FIELDS)
    ]
    if "file" not in request.FILES:
        details.append({"field": "file", "code": "required", "message": "Send the file as multipart/form-data."})
    values = {name: str(data[name]) for name in UPLOAD_FIELDS & set(data) - {"file"}}
    if details := details + _others(values):
        raise Invalid(details=details)
    return values
