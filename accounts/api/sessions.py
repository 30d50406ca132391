"""`/api/v1/sessions`, and signing out at the API's doors."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.contrib.auth import logout
from django.db.models import BooleanField, ExpressionWrapper, Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.account import AccountView
from accounts.models import Session
from accounts.oauth.bearer import token_for
from accounts.sessions.services import everywhere_sign_out, family_sign_out, fetch_session, person_managed, session_end
from auditlog.services import record
from crm.core.access import Access, signed_in
from crm.core.api.requests import requesting_actor
from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.core.errors import BadRequest, Forbidden
from crm.core.listing import RecordFilters

OWN = Access(signed_in="one's own sessions; those of others ask for users:manage")


class SessionSerializer(RecordSerializer):
    """`device` is the agent in words; `expires_at` is when it ends if it is not used again."""

    device = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    is_current = serializers.BooleanField(read_only=True)
    updated_at = serializers.DateTimeField(source="last_used_at", read_only=True)

    class Meta:
        model = Session
        fields = (
            "id",
            "user",
            "device",
            "agent",
            "address",
            "is_current",
            "last_used_at",
            "expires_at",
            "version",
            "created_at",
            "updated_at",
        )


class SessionFilters(RecordFilters):
    """Without `user`, one's own."""

    user = django_filters.UUIDFilter(field_name="user")

    class Meta:
        model = Session
        orderings = ("-last_used_at", "created_at")
        fields = {"address": ["exact"]}


class SessionViewSet(ReadOnlyRecordViewSet):
    access = OWN
    access_by_action: ClassVar[dict[str, Access]] = dict.fromkeys(("list", "retrieve", "destroy", "metadata"), OWN)
    queryset = Session.objects.all()
    serializer_class = SessionSerializer
    filterset_class = SessionFilters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Where somebody is signed in is theirs to see, whatever else a program may do for them."""
        super().initial(request, *args, **kwargs)
        if self.actor.credential != "session" and not self.actor.may("users:manage"):
            raise Forbidden("Only a signed-in person may do this, not a token or key.", code="session_required")

    def get_queryset(self) -> Any:
        """Sessions of one person that are alive. Raises Forbidden or NotFound for somebody out of reach."""
        if getattr(self, "swagger_fake_view", False):
            return Session.objects.none()
        person = person_managed(self.actor, person_named(self.request))
        return self._marked(Session.objects.for_actor(self.actor).live_of(person))

    def get_object(self) -> Any:
        return self._marked(Session.objects).get(pk=fetch_session(self.actor, self.kwargs["pk"]).pk)

    def destroy(self, request: Request, pk: str) -> Response:
        """Ends it; its next request is refused."""
        session_end(self.actor, pk)
        return Response(status=204)

    def _marked(self, rows: Any) -> Any:
        """`is_current`: the session that this very request came with."""
        current = self.request.session.row.pk if self.actor.credential == "session" else None  # type: ignore[attr-defined]
        return rows.annotate(is_current=ExpressionWrapper(Q(pk=current), output_field=BooleanField()))


def person_named(request: Request) -> UUID | None:
    """`?user=`. Raises BadRequest."""
    text = request._request.GET.get("user")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadRequest("user is the id of a person.", code="invalid_parameter") from None


@signed_in("ending one's own session")
class SignOutView(AccountView):
    @extend_schema(request=None, responses={204: None}, operation_id="auth_logout")
    def post(self, request: Request) -> Response:
        """Ends the session, or all that was granted with the presented token. A key is not a session: 403."""
        actor = requesting_actor(request)
        if actor.credential == "session":
            record(actor, "users.signed_out", request.user)
            logout(request._request)
        elif token := token_for(request.headers.get("Authorization", "")):
            family_sign_out(actor, token.family)
        else:
            raise Forbidden("A key is not signed in; revoke it instead.", code="session_required")
        return Response(status=204)


@signed_in("ending one's own sessions; those of others ask for users:manage")
class SignOutEverywhereView(AccountView):
    parameters: ClassVar[set[str]] = {"user"}

    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="auth_logout_all",
        parameters=[OpenApiParameter("user", UUID, description="Somebody else, for those who manage people.")],
    )
    def post(self, request: Request) -> Response:
        """Ends every session and every grant of the person, on all devices. API keys are revoked one by one."""
        actor = requesting_actor(request)
        user = everywhere_sign_out(actor, person_named(request))
        if actor.credential == "session" and user.pk == actor.id:
            logout(request._request)
        return Response(status=204)
