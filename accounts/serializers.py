"""The API's form of people, teams and roles."""

from accounts.models import Role, Team, User
from crm.core.api.serializing import RecordSerializer


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
