"""The one validator of AUTH_PASSWORD_VALIDATORS: every place that sets a password asks it, and it asks the policy."""

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import PasswordPolicy
from accounts.passwords import history, rules


class PolicyValidator:
    def validate(self, password: str, user: Any = None) -> None:
        policy = PasswordPolicy.current()
        if found := rules.faults(policy, password, user):
            raise ValidationError(found)
        if history.was_used(policy, password, user):
            raise ValidationError("You have used this password before. Choose a new one.", code="password_used_before")

    def get_help_text(self) -> str:
        return ". ".join(sentence for _rule, sentence in rules.requirements(PasswordPolicy.current())) + "."

    def password_changed(self, password: str, user: Any = None) -> None:
        """Django calls it whenever a user with a new password was saved."""
        history.remember(PasswordPolicy.current(), user)
