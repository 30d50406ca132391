"""Backups in the API: list, ask for one, ask for a verification. Restoring is for who has the machine."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import SHAPING, ReadOnlyRecordViewSet
from crm.ops.backups.filters import BackupRunFilters
from crm.ops.backups.serializers import BackupRunSerializer
from crm.ops.backups.services import backup_request, backup_verify_request
from crm.ops.models import BackupRun


class BackupViewSet(ReadOnlyRecordViewSet):
    resource = "backups"
    queryset = BackupRun.objects.all()
    serializer_class = BackupRunSerializer
    filterset_class = BackupRunFilters
    extra_permissions: ClassVar[dict[str, str]] = {"verify": "backups:write"}
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "verify": SHAPING}

    @extend_schema(request=None, responses={202: BackupRunSerializer})
    def create(self, request: Request) -> Response:
        """Made in a moment; one that still waits is answered again."""
        return self.answer(backup_request(self.actor), 202)

    @extend_schema(request=None, responses={202: BackupRunSerializer})
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Restores it into a scratch database and compares; `verified_at` or `finding` tells how it ended."""
        return self.answer(backup_verify_request(self.actor, pk), 202)
