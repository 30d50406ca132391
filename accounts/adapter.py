"""allauth, closed: people come by invitation, never by signing themselves up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """A password that was changed or reset ends every session and token from before."""
        user.tokens_valid_from = timezone.now()
        super().set_password(user, password)
