"""Loads the signed-in user together with the role and the age a password may reach: one query for a request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Subquery

from accounts.models import PasswordPolicy, User


class EmailBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """None for the account of a program, too: it has tokens, never a session."""
        maximum_age = PasswordPolicy.objects.values("maximum_age_days")[:1]
        people = User.objects.select_related("role").annotate(maximum_age_days=Subquery(maximum_age))
        return people.filter(pk=user_id, is_active=True, is_service=False).first()

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not user.is_service
