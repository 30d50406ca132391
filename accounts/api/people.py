"""People: list, change, deactivate, hand over, and why somebody may (not) do something."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import administration, hand_over
from accounts.access_check import explain, record_named
from accounts.api.fresh import FreshWrites
from accounts.credentials import credentials_of
from accounts.filters import UserFilters
from accounts.models import Membership, Team, User
from accounts.serializers import (
    AccessAnswerSerializer,
    AccessQuestionSerializer,
    DeactivationSerializer,
    HandOverSerializer,
    HeirsSerializer,
    HoldingSerializer,
    UndoneSerializer,
    UserSerializer,
    UserWriteSerializer,
)
from accounts.signin.unlocking import user_unlock
from crm.core.api.viewsets import EditableViewSet, expected_version
from crm.core.errors import invalid_field


class UserViewSet(FreshWrites, EditableViewSet):
    resource = "users"
    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilters
    create_service = administration.user_create
    update_service = administration.user_update
    extra_permissions = {
        "deactivate": "users:write",
        "reactivate": "users:write",
        "holdings": "users:write",
        "hand_over": "users:write",
        "undo_hand_over": "users:write",
        "explain": "roles:read",
        "unlock": "users:manage",
    }
    parameters = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("deactivate", "reactivate", "holdings", "hand_over", "undo_hand_over", "unlock")},
        "explain": {"permission", "record", "credential"},
    }

    def get_queryset(self) -> Any:
        visible = Membership.objects.filter(team__in=Team.objects.for_actor(self.actor))
        return super().get_queryset().prefetch_related(Prefetch("memberships", queryset=visible))

    @extend_schema(request=UserWriteSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        user = administration.user_create(self.actor, **self._body(UserWriteSerializer))
        return self.answer_again(user.pk, 201)

    @extend_schema(request=UserWriteSerializer, responses=UserSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        values = self._body(UserWriteSerializer, partial=True)
        administration.user_update(self.actor, pk, version=expected_version(request), **values)
        return self.answer_again(pk)

    @extend_schema(request=DeactivationSerializer, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Ends every session, token and key at once; `to` or `heirs` take over the open records."""
        body = self._body(DeactivationSerializer)
        administration.user_deactivate(self.actor, pk, version=expected_version(request), heirs=_heirs(body))
        return self.answer_again(pk)

    @extend_schema(request=None, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        administration.user_reactivate(self.actor, pk, version=expected_version(request))
        return self.answer_again(pk)

    @extend_schema(responses=HoldingSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def holdings(self, request: Request, pk: str) -> Response:
        """Open records of the person by kind."""
        found = hand_over.holdings_of(self.actor, self.get_object())
        return Response({"next": None, "previous": None, "results": [asdict(one) for one in found]})

    @extend_schema(request=HeirsSerializer, responses=HandOverSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Open records of the person go to colleagues, of one team or of all."""
        body = self._body(HeirsSerializer)
        heirs = _heirs(body)
        if not heirs:
            raise invalid_field("to", "Name who takes over.", "required")
        version, team = expected_version(request), body.get("team")
        done = hand_over.ownership_hand_over(self.actor, pk, heirs=heirs, team=team, version=version)
        return Response({"id": done.pk, "moved": {name: len(one["ids"]) for name, one in done.moved.items()}})

    @extend_schema(request=None, responses=UndoneSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over/(?P<hand_over_pk>[^/.]+)/undo")
    def undo_hand_over(self, request: Request, pk: str, hand_over_pk: str) -> Response:
        """Within 30 days; what changed hands again meanwhile stays where it is."""
        return Response({"restored": hand_over.hand_over_undo(self.actor, hand_over_pk, person_pk=pk)})

    @extend_schema(request=None, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Opens every sign-in of this person that is locked after wrong passwords."""
        user_unlock(self.actor, pk)
        return self.answer_again(pk)

    @extend_schema(
        responses=AccessAnswerSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("permission", str, required=True, description="Such as `deals:write`."),
            OpenApiParameter("record", str, description="Address or id of one record."),
            OpenApiParameter("credential", str, description="`session`, or one of the person's applications."),
        ],
    )
    @action(detail=True, pagination_class=None, url_path="access")
    def explain(self, request: Request, pk: str) -> Response:
        """Why may this person (not) do this?"""
        question = AccessQuestionSerializer(data=request._request.GET.dict())
        question.is_valid(raise_exception=True)
        asked, person = question.validated_data, self.get_object()
        permission, text = asked["permission"], asked.get("record", "")
        record = record_named(self.actor, text, permission) if text else None
        wanted = asked.get("credential") or "session"
        credential = next((one for one in credentials_of(person) if one.key == wanted), None)
        if credential is None:
            raise invalid_field("credential", "The person has no such credential.", "does_not_exist")
        return Response(asdict(explain(person, permission, record, credential)))

    def _body(self, serializer_class: type[Any], partial: bool = False) -> dict[str, Any]:
        body = serializer_class(data=self.request.data, partial=partial, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


def _heirs(body: Mapping[str, Any]) -> dict[str, User]:
    """Kind → colleague: `to` for all, `heirs` where somebody else is named."""
    everyone = {name: body["to"] for name in hand_over.kinds()} if body.get("to") else {}
    return {**everyone, **body.get("heirs", {})}
