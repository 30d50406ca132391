"""`/api/v1/lead-sources`: web forms and inbound webhooks, their secrets, and what came in."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import ensure_fresh_sign_in
from crm.capture import services
from crm.capture.filters import LeadSourceFilters, SubmissionFilters
from crm.capture.mending import submission_accept, submission_dismiss
from crm.capture.models import LeadSource, Submission
from crm.capture.serializers import (
    ChangedLeadSourceSerializer,
    IssuedLeadSourceSerializer,
    LeadSourceSerializer,
    SubmissionSerializer,
)
from crm.core.api.viewsets import EditableViewSet, ReadOnlyRecordViewSet, etag, expected_version
from crm.core.errors import NotFound
from crm.core.pages import visible
from crm.webhooks.serializers import WebhookRotationSerializer
from customers.serializers import LeadSerializer

SHOWN_ONCE = ("secret",)


class LeadSourceViewSet(EditableViewSet):
    """Where leads come in. A signed-in person has to have given their password lately to write here."""

    resource = "webhooks"
    queryset = LeadSource.objects.all()
    serializer_class = LeadSourceSerializer
    filterset_class = LeadSourceFilters
    extra_permissions: ClassVar[dict[str, str]] = {"rotate": "webhooks:write"}
    parameters: ClassVar[dict[str, set[str]]] = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("create", "rotate")},
    }

    @extend_schema(responses={201: IssuedLeadSourceSerializer})
    def create(self, request: Request) -> Response:
        """`{"name"}` is enough for a form. The answer holds the secret of an inbound webhook, this once."""
        self._ensure_fresh()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._issued(*services.lead_source_create(self.actor, **serializer.validated_data), 201)

    @extend_schema(request=ChangedLeadSourceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        self._ensure_fresh()
        serializer = ChangedLeadSourceSerializer(data=request.data, partial=True, context={"request": request})
        serializer.is_valid(raise_exception=True)
        services.lead_source_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer_again(pk)

    def destroy(self, request: Request, pk: str) -> Response:
        services.lead_source_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    @extend_schema(request=WebhookRotationSerializer, responses=IssuedLeadSourceSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret, shown this once; the old one is accepted beside it for `overlap_hours` more."""
        self._ensure_fresh()
        serializer = WebhookRotationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = expected_version(request)
        return self._issued(*services.lead_source_rotate(self.actor, pk, version=version, **serializer.validated_data))

    def _ensure_fresh(self) -> None:
        if self.actor.credential == "session":
            ensure_fresh_sign_in(self.request._request)  # type: ignore[arg-type]

    def _issued(self, source: LeadSource, secret: str, status: int = 200) -> Response:
        shown = {**LeadSourceSerializer().to_representation(source), "secret": secret}
        response = Response(shown, status, headers={"ETag": etag(source), "Cache-Control": "no-store"})
        response.shown_once = SHOWN_ONCE  # type: ignore[attr-defined]
        return response


class SubmissionViewSet(ReadOnlyRecordViewSet):
    """What came in by one source, the newest first: what became a lead, and what did not, with the reasons."""

    resource = "leads"
    queryset = Submission.objects.none()
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilters
    extra_permissions: ClassVar[dict[str, str]] = {"accept": "leads:write", "dismiss": "leads:write"}
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        **{name: set() for name in ("accept", "dismiss")},
    }

    def get_queryset(self) -> Any:
        try:
            source = visible(LeadSource.objects.all(), self.actor, self.kwargs["parent_pk"])
        except (ValidationError, ValueError):
            raise NotFound() from None
        return Submission.objects.for_actor(self.actor).filter(lead_source=source)

    def list(self, request: Request, parent_pk: str) -> Response:  # type: ignore[override]
        return super().list(request)

    def retrieve(self, request: Request, parent_pk: str, pk: str) -> Any:  # type: ignore[override]
        return super().retrieve(request, pk)

    @extend_schema(request=LeadSerializer, responses={201: LeadSerializer})
    def accept(self, request: Request, parent_pk: str, pk: str) -> Response:
        """A lead with these values, mended by hand; its team is the source's."""
        kept = self.get_object()
        serializer = LeadSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        values = {name: value for name, value in serializer.validated_data.items() if name != "team"}
        lead = submission_accept(self.actor, kept.pk, version=expected_version(request), **values)
        return Response(LeadSerializer().to_representation(lead), 201, headers={"ETag": etag(lead)})

    @extend_schema(request=None)
    def dismiss(self, request: Request, parent_pk: str, pk: str) -> Response:
        kept = submission_dismiss(self.actor, self.get_object().pk, expected_version(request))
        return self.answer(kept)
