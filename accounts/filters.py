"""What lists of people, teams and roles can be narrowed by."""

from typing import Any

import django_filters
from django.db.models import Q

from accounts.models import Role, Team, User
from crm.core.listing import RecordFilters


class UserFilters(RecordFilters):
    search = django_filters.CharFilter(method="by_name_or_email")
    team = django_filters.UUIDFilter(field_name="memberships__team")

    class Meta:
        model = User
        orderings = ("full_name", "email", "created_at", "updated_at")
        fields = {"email": ["iexact"], "role": ["exact"], "is_active": ["exact"]}

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
