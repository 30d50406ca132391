"""The API's form of people, teams and roles."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from rest_framework import serializers

from accounts.models import Role, Team, User
from crm.core.api.serializing import LinkField, RecordSerializer, StrictSerializer
from crm.core.permissions import PERMISSIONS


class UserSummarySerializer(RecordSerializer):
    class Meta:
        model = User
        fields = ("id", "email", "full_name", "is_active")


class TeamSerializer(RecordSerializer):
    class Meta:
        model = Team
        fields = ("id", "name", "country", "version", "created_at", "updated_at")


class RoleSerializer(RecordSerializer):
    class Meta:
        model = Role
        fields = ("id", "name", "label", "description", "grants", "version", "created_at", "updated_at")


class UserSerializer(RecordSerializer):
    """`teams` holds the teams that the caller may see."""

    teams = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "email", "full_name", "is_active", "role", "teams", "version", "created_at", "updated_at")
        read_only_fields = ("is_active",)
        expandable = {"role": RoleSerializer}

    def get_teams(self, user: User) -> list[UUID]:
        return [membership.team_id for membership in user.memberships.all()]


class UserWriteSerializer(RecordSerializer):
    """What an administrator sets. Deactivating is an action of its own, since it asks what happens to the records."""

    teams = LinkField(many=True, required=False, queryset=Team.objects.all())

    class Meta:
        model = User
        fields = ("email", "full_name", "role", "teams")


class MemberSerializer(StrictSerializer):
    user = LinkField(queryset=User.objects.all())


class HeirsSerializer(StrictSerializer):
    """`to` takes over every kind of record, `heirs` names somebody else for some (`{"deals": id}`)."""

    to = LinkField(queryset=User.objects.all(), required=False, allow_null=True)
    heirs = serializers.DictField(child=LinkField(queryset=User.objects.all()), required=False)
    team = LinkField(queryset=Team.objects.all(), required=False, allow_null=True)


class DeactivationSerializer(StrictSerializer):
    to = LinkField(queryset=User.objects.all(), required=False, allow_null=True)
    heirs = serializers.DictField(child=LinkField(queryset=User.objects.all()), required=False)


class HoldingSerializer(serializers.Serializer):
    """`beyond` records are out of the caller's reach; somebody of their team hands those over."""

    kind = serializers.CharField()
    count = serializers.IntegerField()
    beyond = serializers.IntegerField()


class HandOverSerializer(serializers.Serializer):
    """`moved` maps a kind of record to how many changed hands; undo with `id` within 30 days."""

    id = serializers.UUIDField()
    moved = serializers.DictField(child=serializers.IntegerField())


class UndoneSerializer(serializers.Serializer):
    restored = serializers.IntegerField()


class AccessQuestionSerializer(StrictSerializer):
    permission = serializers.ChoiceField(choices=sorted(PERMISSIONS))
    record = serializers.CharField(required=False, allow_blank=True, max_length=500)
    credential = serializers.CharField(required=False, allow_blank=True, max_length=100)


class AccessStepSerializer(serializers.Serializer):
    holds = serializers.BooleanField()
    text = serializers.CharField()


class AccessAnswerSerializer(serializers.Serializer):
    """`status` is what the person would be answered: 200, 403 or 404."""

    allowed = serializers.BooleanField()
    status = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    steps = AccessStepSerializer(many=True)


class ProfileSerializer(RecordSerializer):
    """What people may change about themselves."""

    class Meta:
        model = User
        fields = ("full_name", "time_zone")

    def validate_time_zone(self, name: str) -> str:
        if name and name not in available_timezones():
            raise serializers.ValidationError("Use an IANA name such as Europe/Berlin.", code="unknown_time_zone")
        return name


class MeSerializer(serializers.Serializer):
    """Shape of `GET /api/v1/me`: `permissions` maps each to its reach, after the credential's scopes."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    teams = TeamSerializer(many=True)
    permissions = serializers.DictField(child=serializers.ChoiceField(choices=["own", "team", "all"]))
    credential = serializers.ChoiceField(choices=["session", "token", "key"])
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)


def me_of(user: User, actor: Any) -> dict[str, Any]:
    """`scopes` is null for a session, which carries the whole role."""
    permissions = {name: reach.name.lower() for name, reach in sorted(actor.grants.items()) if reach}
    return {
        "id": user.pk,
        "email": user.email,
        "full_name": user.full_name,
        "name": str(user),
        "time_zone": user.time_zone,
        "role": actor.role or None,
        "teams": [TeamSerializer().to_representation(team) for team in Team.objects.filter(pk__in=actor.team_ids)],
        "permissions": permissions,
        "credential": actor.credential,
        "scopes": None if actor.credential == "session" else list(permissions),
    }
