"""`/api/v1/invitations`: for those who may write people."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.invitations.filters import STATES, InvitationFilters
from accounts.invitations.services import invitation_create, invitation_resend, invitation_withdraw
from accounts.models import Invitation
from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import ReadOnlyRecordViewSet, expected_version


class InvitationSerializer(RecordSerializer):
    """`state` is open, expired, accepted or withdrawn; `sent_at` is null while the mail has not left."""

    state = serializers.ChoiceField(choices=STATES, read_only=True)

    class Meta:
        model = Invitation
        read_only_fields = ("invited_by", "sent_at", "expires_at", "accepted_at", "withdrawn_at")
        fields = (
            *("id", "email", "role", "teams", "state"),
            *read_only_fields,
            *("version", "created_at", "updated_at"),
        )
        extra_kwargs = {"teams": {"required": False}}


class InvitationViewSet(ReadOnlyRecordViewSet):
    resource = "users"
    queryset = Invitation.objects.prefetch_related("teams")
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilters
    verbs: ClassVar[dict[str, str]] = dict.fromkeys(
        ("list", "retrieve", "create", "destroy", "resend", "metadata"), "write"
    )

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.answer(invitation_create(self.actor, **serializer.validated_data), 201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Sends a fresh link; the one before no longer works."""
        return self.answer(invitation_resend(self.actor, pk, version=expected_version(request)))

    def destroy(self, request: Request, pk: str) -> Response:
        """Withdraws it; the row stays and tells so."""
        invitation_withdraw(self.actor, pk, version=expected_version(request))
        return Response(status=204)
