"""What the bell shows: how many are unread, and which came last."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.core.actor import Actor
from crm.notices.models import Notification
from crm.notices.showing import veiled

# A page that was away for long is not told of each.
TOLD = 3


@dataclass(frozen=True, slots=True)
class BellState:
    """`latest` are the unread ones that came after the page last looked, the newest first."""

    unread: int
    newest: datetime | None
    latest: list[Notification]

    @property
    def tag(self) -> str:
        """An ETag: it changes with each that comes, is read, comes back or grows."""
        told = f"{self.unread}:{self.newest}:{[(one.pk, one.count) for one in self.latest]}"
        return f'"{hashlib.sha256(told.encode()).hexdigest()[:20]}"'

    def shown(self) -> dict[str, Any]:
        return {
            "unread": self.unread,
            "newest": self.newest.isoformat() if self.newest else "",
            "latest": [
                {"title": one.heading, "text": one.text, "url": reverse("notices:open", args=[one.pk])}
                for one in self.latest
            ],
        }


def unread_count(actor: Actor) -> int:
    """1,000 at most: one read of an index that holds nothing but what is unread."""
    return int(Notification.objects.for_actor(actor).unread().shown(timezone.now()).count_up_to())


def state_of(actor: Actor, after: str = "") -> BellState:
    """Two queries, and one per kind of record where something came. `after` is the `newest` of the last look."""
    rows = Notification.objects.for_actor(actor).unread().shown(timezone.now())
    listed = list(rows.order_by("-shown_at", "-id")[:TOLD])
    newest = listed[0].shown_at if listed else None
    since = _moment(after)
    latest = [one for one in listed if since and one.shown_at > since]
    return BellState(int(rows.count_up_to()), newest, veiled(actor, latest))


def _moment(text: str) -> datetime | None:
    """None for what is no moment, so that a page without one is told nothing twice."""
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
