"""Django's session engine on accounts.Session: read with one query and never cached, so that an end acts at once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Session
from crm.core.encryption import Unreadable
from crm.core.not_waiting import not_waiting

TOUCH_AFTER = timedelta(minutes=1)
# What is over stays this long, so that the sign-in page can say which limit it was.
KEPT_AFTER_END = timedelta(days=1)
ENDED = "ended"


class SessionStore(SessionBase):
    """`row` is the stored session once loaded; `over` says why the presented key opens nothing."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self.over = ""
        self.place: dict[str, str] = {}

    def load(self) -> dict[str, Any]:
        try:
            row = Session.objects.filter(key=self.session_key).first()
        except Unreadable:
            row = None
        self.over = row.over(timezone.now()) if row else ENDED
        if row is None or self.over:
            self._session_key = None
            return {}
        self.row = row
        return self.decode(row.data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key=session_key).exists()

    def create(self) -> None:
        """165 random bits: there is no need to look whether the key is taken."""
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self.modified = True
        self.save(must_create=True)

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError for a session that was ended meanwhile: nothing brings it back."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values = {"data": self.encode(data), "auth_hash": data.get(HASH_SESSION_KEY, "")}
        person = data.get(SESSION_KEY)
        if must_create:
            self.row = Session.objects.create(key=self.session_key, user_id=person, **values, **self.place)
        else:
            self._update(person, values)

    def _update(self, person: str | None, values: dict[str, Any]) -> None:
        if self.row is None:
            raise UpdateError
        if person != (str(self.row.user_id) if self.row.user_id else None):
            # Somebody has just signed in: from here on the limits count.
            now = timezone.now()
            values |= {"user_id": person, "created_at": now, "last_used_at": now, **self.place}
            self.clear_expired()
        for name, value in values.items():
            setattr(self.row, name, value)
        if not self._is_updated(values):
            raise UpdateError

    def _is_updated(self, values: dict[str, Any]) -> bool:
        """False when the row is gone, or its person has just been deleted."""
        try:
            with transaction.atomic():
                return bool(Session.objects.filter(key=self.session_key).update(**values))
        except IntegrityError:
            return False

    def cycle_key(self) -> None:
        """The same session under a new key, so that its limits go on."""
        data, old = self._session, self.session_key  # type: ignore[attr-defined]
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        if self.row is None or not Session.objects.filter(key=old).update(key=self.session_key):
            self.create()
        self._session_cache = data
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(key=key).delete()
            self.over = ENDED

    def touch(self, at: datetime | None = None) -> None:
        """Notes the use, at most once a minute, in one UPDATE that brings nothing back and waits for nobody."""
        now = at or timezone.now()
        if self.row and self.row.user_id and now - self.row.last_used_at >= TOUCH_AFTER:
            with not_waiting():
                Session.objects.filter(pk=self.row.pk).update(last_used_at=now, **self.place)

    @property
    def idle_seconds(self) -> int:
        return int(settings.SESSION_IDLE.total_seconds())

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(last_used_at__lt=timezone.now() - KEPT_AFTER_END).delete()
