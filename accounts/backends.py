"""Where every password is checked, through the door that counts first; and who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Subquery
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import PasswordPolicy, User
from accounts.signin import door, events
from accounts.signin.door import Attempt, Claim
from accounts.signin.errors import LoginLocked
from accounts.signin.rules import person_of
from accounts.sso.connections import password_is_refused
from crm.core.limits import RateLimited, refuse_guessing
from crm.core.networks import network_of
from crm.core.requests import origin_of


class EmailBackend(AuthenticationBackend):
    """`email`, `login` and `username` name the same person; the name is compared as it is counted, in one way."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Raises LoginLocked, LoginTooSoon, LoginLinkRequired before the password is looked at.

        Known, unknown and inactive people cost the same: one hash, and the same statements.
        """
        person, password = person_of(credentials), credentials.get("password")
        if not person or not password:
            return None
        user = User.objects.named(person)
        claim = Claim(person, network_of(origin_of(request).address), user.pk if user else None)
        attempt = self._begin(request, claim, user)
        found = self._checked(user, password)
        if found is None:
            self._failed(request, attempt, user)
        else:
            door.attempt_succeeded(attempt, timezone.now())
        return found

    def get_user(self, user_id: Any) -> User | None:
        """With the role and the age a password may reach, in one query. None for a program: it has tokens alone."""
        maximum_age = PasswordPolicy.objects.values("maximum_age_days")[:1]
        people = User.objects.select_related("role").annotate(maximum_age_days=Subquery(maximum_age))
        return people.filter(pk=user_id, is_active=True, is_service=False).first()

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not user.is_service and not password_is_refused(user)

    @classmethod
    def _stash_user(cls, user: Any) -> Any:
        """allauth remembers whose password was right but not accepted, to say so; here nobody is told that it was."""
        return super()._stash_user(None if user and password_is_refused(user) else user)

    def _begin(self, request: HttpRequest | None, claim: Claim, user: User | None) -> Attempt:
        try:
            refuse_guessing(request)
        except RateLimited:
            # Who is locked out is told so, whatever else was too much.
            door.ensure_open(claim, timezone.now())
            raise
        try:
            return door.attempt_begin(claim, timezone.now())
        except LoginLocked as refusal:
            if refusal.is_new:
                events.door_locked(claim, origin_of(request), user=user)
            raise

    def _checked(self, user: User | None, password: str) -> User | None:
        if user is None:
            self._mitigate_timing_attack(password)
            return None
        return self._check_password(user, password)  # type: ignore[return-value]

    def _failed(self, request: HttpRequest | None, attempt: Attempt, user: User | None) -> None:
        events.attempt_failed(attempt, origin_of(request), user=user)
        door.sweep(timezone.now())
