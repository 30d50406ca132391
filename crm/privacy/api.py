"""Requests of people about their data, under /api/v1/compliance/subject-requests."""

from typing import Any, ClassVar, cast

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import ensure_fresh_sign_in
from crm.core.api.viewsets import EditableViewSet, expected_version
from crm.core.errors import NotFound, invalid_field
from crm.core.requests import CrmRequest
from crm.privacy import services
from crm.privacy.certificates import certificate
from crm.privacy.filters import SubjectRequestFilters
from crm.privacy.models import SubjectRequest, SubjectWork, WorkKind
from crm.privacy.serializers import RefusalSerializer, SubjectRequestSerializer, SubjectWorkSerializer
from crm.privacy.views.erasing import erasure_of
from crm.privacy.views.subjects import archive_answer
from crm.privacy.works import latest, work_start


class SubjectRequestViewSet(EditableViewSet):
    """`PATCH` takes `subjects` alone: which records are this person."""

    resource = "privacy"
    queryset = SubjectRequest.objects.all()
    serializer_class = SubjectRequestSerializer
    filterset_class = SubjectRequestFilters
    verbs: ClassVar[dict[str, str]] = {
        **{name: "read" for name in ("list", "retrieve", "metadata")},
        **{name: "write" for name in ("create", "partial_update", "complete", "refuse", "search", "erase")},
        **{name: "read" for name in ("certificate", "search_status", "erase_status")},
        **{name: "export" for name in ("export", "export_status", "archive")},
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("complete", "refuse", "certificate", "archive")},
        **{f"{name}{end}": set() for name in WorkKind.values for end in ("", "_status")},
    }
    create_service = services.request_open

    @staticmethod
    def update_service(actor: Any, pk: Any, version: int | None = None, **values: Any) -> SubjectRequest:
        if set(values) != {"subjects"}:
            raise invalid_field("subjects", "Only the records of the person can be changed.", "required")
        return services.request_choose(actor, pk, version=version, **values)

    @extend_schema(request=None, filters=False)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        services.request_complete(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)

    @extend_schema(request=RefusalSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        body = RefusalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.request_refuse(self.actor, pk, version=expected_version(request), **body.validated_data)
        return self.answer_again(pk)

    @extend_schema(request=None, responses={202: SubjectWorkSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def search(self, request: Request, pk: str) -> Response:
        """Looks for everything that names the person, before an erasure. `GET` says how far it is."""
        return _begun(work_start(self.actor, pk, WorkKind.SEARCH))

    @extend_schema(responses={200: SubjectWorkSerializer, 202: SubjectWorkSerializer}, filters=False)
    @search.mapping.get
    def search_status(self, request: Request, pk: str) -> Response:
        return self._standing(WorkKind.SEARCH)

    @extend_schema(request=None, responses={202: SubjectWorkSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def export(self, request: Request, pk: str) -> Response:
        """Has a ZIP made of everything kept about the person. `GET` says how far it is, and where."""
        return _begun(work_start(self.actor, pk, WorkKind.EXPORT))

    @extend_schema(responses={200: SubjectWorkSerializer, 202: SubjectWorkSerializer}, filters=False)
    @export.mapping.get
    def export_status(self, request: Request, pk: str) -> Response:
        return self._standing(WorkKind.EXPORT, started_by=self.actor.id)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, pagination_class=None, url_path="export/file")
    def archive(self, request: Request, pk: str) -> FileResponse:
        """The ZIP that the caller had made; kept for a week."""
        return archive_answer(self.actor, pk)

    @extend_schema(request=None, responses={202: SubjectWorkSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def erase(self, request: Request, pk: str) -> Response:
        """For good; takes a session in which the password was given lately. `GET` says how far it is."""
        ensure_fresh_sign_in(cast(CrmRequest, request._request))
        return _begun(work_start(self.actor, pk, WorkKind.ERASE))

    @extend_schema(responses={200: SubjectWorkSerializer, 202: SubjectWorkSerializer}, filters=False)
    @erase.mapping.get
    def erase_status(self, request: Request, pk: str) -> Response:
        return self._standing(WorkKind.ERASE)

    def _standing(self, kind: WorkKind, **more: Any) -> Response:
        """202 while it goes on, then 200."""
        work = latest(self.get_object(), kind, **more)
        if work is None:
            raise NotFound()
        return Response(SubjectWorkSerializer(work).data, 202 if work.is_open else 200)

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, pagination_class=None)
    def certificate(self, request: Request, pk: str) -> Response:
        return Response(certificate(erasure_of(self.actor, self.get_object().pk)))


def _begun(work: SubjectWork) -> Response:
    shown = SubjectWorkSerializer(work).data
    return Response(shown, 202, headers={"Location": shown["status_url"]})
