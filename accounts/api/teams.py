"""Teams, and who is a member of one."""

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import administration
from accounts.filters import TeamFilters
from accounts.models import Team, User
from accounts.serializers import MemberSerializer, TeamSerializer, UserSummarySerializer
from crm.core.api.viewsets import ReadOnlyRecordViewSet, WritableViewSet, expected_version
from crm.core.errors import NotFound

MANY = UserSummarySerializer(many=True)


class TeamViewSet(WritableViewSet):
    resource = "teams"
    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    filterset_class = TeamFilters
    create_service = administration.team_create
    update_service = administration.team_update
    delete_service = administration.team_delete


class MemberViewSet(ReadOnlyRecordViewSet):
    resource = "teams"
    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    filterset_class = TeamFilters
    extra_permissions = {"members": "teams:read", "add": "teams:write", "remove": "teams:write"}
    parameters = {"members": set(), "add": set(), "remove": set()}

    @extend_schema(responses=MANY, filters=False)
    def members(self, request: Request, pk: str) -> Response:
        return self._shown()

    @extend_schema(request=MemberSerializer, responses={201: MANY})
    def add(self, request: Request, pk: str) -> Response:
        body = MemberSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        administration.member_add(self.actor, pk, body.validated_data["user"], version=expected_version(request))
        return self._shown(201)

    @extend_schema(responses={204: None})
    def remove(self, request: Request, pk: str, user: str) -> Response:
        """What the person owns in the team stays theirs; hand it over first with `users/{id}/hand-over`."""
        try:
            member = User.objects.for_actor(self.actor).get(pk=user)
        except (User.DoesNotExist, ValidationError, ValueError):
            raise NotFound() from None
        administration.member_remove(self.actor, pk, member, version=expected_version(request))
        return Response(status=204)

    def _shown(self, status: int = 200) -> Response:
        """Members that the caller may see; a team has few."""
        people = User.objects.for_actor(self.actor).filter(memberships__team=self.get_object()).distinct()
        shown = UserSummarySerializer(context=self.get_serializer_context())
        results = [shown.to_representation(person) for person in people]
        return Response({"next": None, "previous": None, "results": results}, status)
