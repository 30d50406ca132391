"""Loads the signed-in user together with the role, so that a request costs one query for both."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class EmailBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """None for the account of a program, too: it has tokens, never a session."""
        return User.objects.select_related("role").filter(pk=user_id, is_active=True, is_service=False).first()

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not user.is_service
