"""`/api/v1/settings/password-policy`: the one policy, read and changed."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import PasswordPolicy
from accounts.passwords.services import password_policy_update
from crm.core.api.serializing import RecordSerializer
from crm.core.api.viewsets import ReadOnlyRecordViewSet, expected_version


class PasswordPolicySerializer(RecordSerializer):
    class Meta:
        model = PasswordPolicy
        fields = (
            "minimum_length",
            "required_classes",
            "refuse_common",
            "refuse_similar",
            "remembered",
            "maximum_age_days",
            "version",
            "updated_at",
        )


class PasswordPolicyViewSet(ReadOnlyRecordViewSet):
    resource = "settings"
    queryset = PasswordPolicy.objects.all()
    serializer_class = PasswordPolicySerializer
    extra_permissions: ClassVar[dict[str, str]] = {"partial_update": "settings:manage"}

    def get_object(self) -> Any:
        return PasswordPolicy.current()

    def retrieve(self, request: Request) -> Any:  # type: ignore[override]
        return super().retrieve(request, "")

    def partial_update(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        return self.answer(password_policy_update(self.actor, version=expected_version(request), **values))
