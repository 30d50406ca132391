"""Which passwords a person had: kept as hashes, as many as the policy asks for."""

from typing import Any

from django.contrib.auth.hashers import check_password, is_password_usable

from accounts.models import PasswordHistory, PasswordPolicy


def was_used(policy: PasswordPolicy, password: str, person: Any) -> bool:
    """The current one never comes back at once, the last `remembered` not for now. Costs one slow hash each."""
    if person is None or person._state.adding:
        return False
    known = person.former_passwords.values_list("password", flat=True)[: policy.remembered]
    hashes = dict.fromkeys([person.password, *known])
    return any(check_password(password, one) for one in hashes if is_password_usable(one))


def remember(policy: PasswordPolicy, person: Any) -> None:
    """Keeps the hash that was just saved, and forgets what the policy no longer asks for."""
    if not is_password_usable(person.password):
        return
    if policy.remembered:
        PasswordHistory.objects.create(user=person, password=person.password, set_at=person.password_changed_at)
    kept = list(person.former_passwords.values_list("pk", flat=True)[: policy.remembered])
    person.former_passwords.exclude(pk__in=kept).delete()
