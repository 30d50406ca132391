"""Loads the signed-in user together with the role and the age a password may reach: one query for a request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Subquery

from accounts.models import PasswordPolicy, User
from accounts.sso.connections import password_is_refused


class EmailBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """None for the account of a program, too: it has tokens, never a session."""
        maximum_age = PasswordPolicy.objects.values("maximum_age_days")[:1]
        people = User.objects.select_related("role").annotate(maximum_age_days=Subquery(maximum_age))
        return people.filter(pk=user_id, is_active=True, is_service=False).first()

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not user.is_service and not password_is_refused(user)

    @classmethod
    def _stash_user(cls, user: Any) -> Any:
        """allauth remembers whose password was right but not accepted, to say so; here nobody is told that it was."""
        return super()._stash_user(None if user and password_is_refused(user) else user)
