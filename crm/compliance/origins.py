"""Since when somebody has a role or a team, and who gave it: from the trail of the person and of the team.

Both are found by their object in the partial index `audit_access`, which holds such events alone.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Membership, User
from auditlog.models import ACCESS_ACTIONS, AuditEvent

# A membership and its event are written in one transaction.
SAME_MOMENT = timedelta(seconds=5)
FIELDS = ("object_type", "object_id", "action", "at", "actor_label", "on_behalf_of", "changes")

Event = dict[str, Any]


class Origins:
    def __init__(self, people: Iterable[User], memberships: Iterable[Membership]) -> None:
        teams = {str(one.team_id) for one in memberships}
        joined = min((one.joined_at for one in memberships), default=None)
        self._trails: dict[tuple[str, str], list[Event]] = {}
        self._read("user", {str(person.pk) for person in people})
        if joined:
            self._read("team", teams, at__gte=joined - SAME_MOMENT)

    def _read(self, kind: str, ids: set[str], **more: Any) -> None:
        rows = AuditEvent.objects.filter(object_type=kind, object_id__in=ids, action__in=ACCESS_ACTIONS, **more)
        for event in rows.order_by("at").values(*FIELDS):
            self._trails.setdefault((kind, event["object_id"]), []).append(event)

    def of_role(self, person: User) -> tuple[datetime, str]:
        """The last event that set the role; who was made before the trail began was made by nobody known."""
        for event in reversed(self._trails.get(("user", str(person.pk)), [])):
            if event["action"] == "users.created" or "role" in json.loads(event["changes"]):
                return event["at"], _by(event)
        return person.created_at, ""

    def of_membership(self, person: User, one: Membership) -> str:
        events = self._trails.get(("user", str(person.pk)), []) + self._trails.get(("team", str(one.team_id)), [])
        near = [event for event in events if abs(event["at"] - one.joined_at) <= SAME_MOMENT]
        near.sort(key=lambda event: abs(event["at"] - one.joined_at))
        return _by(near[0]) if near else ""


def _by(event: Event) -> str:
    behind = f" ({event['on_behalf_of']})" if event["on_behalf_of"] else ""
    return f"{event['actor_label']}{behind}"
