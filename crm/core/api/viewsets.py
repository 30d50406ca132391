"""One resource of the API: list, retrieve, create, patch, archive, restore, delete; all through services."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import Access
from crm.core.actor import Actor
from crm.core.api.bulk import BulkJobSerializer, BulkRequestSerializer, BulkResponseSerializer, run_bulk
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.api.serializing import RecordSerializer
from crm.core.canaries import reached, searched_rows
from crm.core.errors import BadRequest, NotFound
from crm.core.listing import RecordFilters, refuse_unknown
from crm.core.reading import rows_shown
from crm.core.sensitive import note_reading

Service = Callable[..., Any]

SHAPING = {"fields", "expand"}
# What a canary's event calls an action.
DETAIL = {"retrieve": "detail", "partial_update": "write", "destroy": "write"}


class ReadOnlyRecordViewSet(viewsets.GenericViewSet):
    """`resource` is the word in the permission vocabulary; `rows` what lists and details read."""

    resource: ClassVar[str]
    filterset_class: ClassVar[type[RecordFilters]]
    serializer_class: type[RecordSerializer]
    schema = RecordSchema()
    # Set where the list belongs to one record, and that record is a canary.
    beside_canary = False
    expand_joins: ClassVar[dict[str, tuple[str, ...]]] = {}
    access_by_action: ClassVar[dict[str, Access]] = {}
    extra_permissions: ClassVar[dict[str, str]] = {}
    parameters: ClassVar[dict[str, set[str]]] = {
        **{action: SHAPING for action in ("retrieve", "create", "partial_update", "archive", "restore")},
        **{action: set() for action in ("destroy", "bulk")},
    }
    verbs: ClassVar[dict[str, str]] = {
        "list": "read",
        "retrieve": "read",
        "create": "write",
        "partial_update": "write",
        "metadata": "read",
        "destroy": "delete",
        "archive": "delete",
        "restore": "delete",
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if resource := getattr(cls, "resource", ""):
            declared = {name: f"{resource}:{verb}" for name, verb in cls.verbs.items()} | cls.extra_permissions
            cls.access_by_action = {name: Access(permissions=(one,)) for name, one in declared.items()}
            cls.access_by_action["bulk"] = Access(permissions=(f"{resource}:write", f"{resource}:delete"))
            cls.access = Access(permissions=(f"{resource}:read",))  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in self.parameters:
            refuse_unknown(request._request.GET, self.parameters[self.action])

    @property
    def actor(self) -> Actor:
        return requesting_actor(self.request)

    def get_queryset(self) -> Any:
        every: Any = super().get_queryset()
        rows = self._reachable(every)
        known = getattr(self.serializer_class.Meta, "expandable", {})
        asked = [name for name in self._names("expand") if name in known]
        joins = [join for name in asked for join in self.expand_joins.get(name, (name,))]
        collections = [f"{name}__{path}" for name in asked for path in known[name].collections()]
        return rows.select_related(*joins).prefetch_related(*collections) if joins else rows

    def _reachable(self, every: Any) -> Any:
        """One by one, or found by a search, a record may be a canary; a plain list never shows one."""
        if self.action == "list" and not self.beside_canary:
            query = self.request._request.GET.get("search", "")
            return searched_rows(every, self.actor, query, "list")
        return reached(every, self.actor, via=DETAIL.get(self.action, self.action))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "fields": self._names("fields"), "expand": self._names("expand")}

    def _names(self, parameter: str) -> list[str]:
        text = self.request._request.GET.get(parameter, "") if self.request else ""
        return [name for name in text.split(",") if name]

    def get_object(self) -> Any:
        try:
            return self.get_queryset().get(pk=self.kwargs["pk"])
        except (self.get_queryset().model.DoesNotExist, ValidationError, ValueError, TypeError):
            raise NotFound() from None

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        rows_shown(self.actor, len(page or ()))
        serializer = self.get_serializer()
        return self.get_paginated_response([serializer.to_representation(row) for row in page or ()])

    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        record = self.get_object()
        if etag(record) in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers={"ETag": etag(record)})
        note_reading(self.actor, record, self._names("fields"))
        return self.answer(record)

    def answer(self, record: Any, status: int = 200) -> Response:
        return Response(self.get_serializer().to_representation(record), status, headers={"ETag": etag(record)})


class EditableViewSet(ReadOnlyRecordViewSet):
    """Adds creating and changing. Services: (actor, **values), (actor, pk, version=…, **values)."""

    create_service: ClassVar[Service]
    update_service: ClassVar[Service]

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        record = type(self).create_service(self.actor, **serializer.validated_data)
        return self.answer_again(record.pk, 201)

    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        type(self).update_service(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer_again(pk)

    def answer_again(self, pk: Any, status: int = 200) -> Response:
        """The record as it is now; its id alone for who may write what they may not see, or no longer see."""
        self.kwargs["pk"] = pk
        try:
            return self.answer(self.get_object(), status)
        except NotFound:
            return Response({"id": pk}, status)


class WritableViewSet(EditableViewSet):
    """Adds deleting, by a service (actor, pk, version=…), and many writes in one request."""

    delete_service: ClassVar[Service]

    def destroy(self, request: Request, pk: str) -> Response:
        type(self).delete_service(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    @extend_schema(
        request=BulkRequestSerializer,
        responses={200: BulkResponseSerializer, 201: BulkJobSerializer, 202: BulkJobSerializer},
        filters=False,
        parameters=[],
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        return run_bulk(self, request)


class RecordViewSet(WritableViewSet):
    """Adds archiving and its undo."""

    archive_service: ClassVar[Service]
    restore_service: ClassVar[Service]

    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        type(self).archive_service(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)

    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        type(self).restore_service(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)


def etag(record: Any) -> str:
    """The version; 1 for what never changes, such as an event of the audit trail."""
    return f'"{getattr(record, "version", 1)}"'


def expected_version(request: Request) -> int | None:
    """From `If-Match: "3"`. Raises BadRequest (`invalid_if_match`) for anything but one version or `*`."""
    header = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if header in ("", "*"):
        return None
    if not header.isascii() or not header.isdigit() or len(header) > 9:
        raise BadRequest('If-Match holds one version, like "3".', code="invalid_if_match")
    return int(header)
