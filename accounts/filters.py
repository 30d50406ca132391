"""What lists of people, teams and roles can be narrowed by."""

from typing import Any

import django_filters
from django.db.models import Q

from accounts.models import LoginDoor, Role, Team, User
from crm.core.listing import RecordFilters

STATES = (("active", "Active"), ("waiting", "Never signed in"), ("deactivated", "Deactivated"))


class UserFilters(RecordFilters):
    """`state`: active, waiting (active, but never signed in) or deactivated."""

    state = django_filters.ChoiceFilter(choices=STATES, method="in_state")
    search = django_filters.CharFilter(method="by_name_or_email")
    team = django_filters.UUIDFilter(field_name="memberships__team")

    class Meta:
        model = User
        orderings = ("full_name", "email", "created_at", "updated_at")
        fields = {"email": ["iexact"], "role": ["exact"], "is_active": ["exact"]}

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        if value == "waiting":
            return rows.filter(is_active=True, last_login__isnull=True, is_service=False)
        return rows.filter(is_active=value == "active")

    def by_name_or_email(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(full_name__icontains=value) | Q(email__icontains=value))


class TeamFilters(RecordFilters):
    class Meta:
        model = Team
        orderings = ("name", "created_at", "updated_at")
        fields = {"name": ["exact", "icontains"], "country": ["exact"]}


class RoleFilters(RecordFilters):
    class Meta:
        model = Role
        orderings = ("name", "created_at", "updated_at")
        fields = {"name": ["exact"]}


class LoginDoorFilters(RecordFilters):
    class Meta:
        model = LoginDoor
        orderings = ("-locked_until", "last_attempt_at")
        fields = {"person": ["icontains"], "network": ["exact"]}
