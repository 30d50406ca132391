"""Roles and what each of them grants."""

from accounts import administration
from accounts.api.fresh import FreshWrites
from accounts.filters import RoleFilters
from accounts.models import Role
from accounts.serializers import RoleSerializer
from crm.core.api.viewsets import WritableViewSet


class RoleViewSet(FreshWrites, WritableViewSet):
    resource = "roles"
    queryset = Role.objects.all()
    serializer_class = RoleSerializer
    filterset_class = RoleFilters
    create_service = administration.role_create
    update_service = administration.role_update
    delete_service = administration.role_delete
