"""`@Name` in a note: who is meant, among those who may read it, and how they are told (docs/adr/0061)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import grants_of
from accounts.models import User
from accounts.ownership import EVERY_TEAM
from crm.core.actor import Actor
from crm.core.records import Record
from crm.notices.giving import Told, notice_give
from crm.notices.kinds import MENTION as MENTIONED
from crm.notices.models import Mail, Notification
from crm.notices.records import subject_of
from crm.outbox.mail import send
from customers.mail_kinds import MENTION
from customers.models import Note

# [{"id", "name"}]: the name is what stands behind the @ in the text.
Mentions = list[dict[str, str]]


def readers_of(actor: Actor, record: Record) -> list[User]:
    """Colleagues whom the actor sees and who may read the record and a note about it, by name."""
    near = Q(memberships__team=record.team_id) | Q(**{f"role__grants__{record.permission_to('read')}": EVERY_TEAM})
    people = User.objects.for_actor(actor).filter(is_active=True).filter(pk__in=User.objects.filter(near).values("pk"))
    rows = people.select_related("role").prefetch_related("memberships").order_by("full_name", "email")
    return [person for person in rows if _may_read(person, record, actor)]


def _may_read(person: User, record: Record, author: Actor) -> bool:
    teams = tuple(one.team_id for one in person.memberships.all())
    grants = MappingProxyType(grants_of(person))
    reader = Actor(label=str(person), kind="user", id=person.pk, grants=grants, team_ids=teams)
    note = Note(team_id=record.team_id, owner_id=author.id)
    return bool(reader.covers(record.permission_to("read"), record) and reader.covers("notes:read", note))


def handles_of(people: Iterable[User]) -> dict[str, User]:
    """{what to write behind the @: who is meant}; the e-mail, where a name says too little."""
    listed = list(people)
    times = Counter(person.full_name.casefold() for person in listed)
    return {
        one.full_name if one.full_name and times[one.full_name.casefold()] == 1 else one.email: one for one in listed
    }


def mentions_in(actor: Actor, text: str, record: Record | None, known: Iterable[Mapping[str, str]] = ()) -> Mentions:
    """Who is named; those `known` before stay, if they still are. Imported notes name nobody."""
    if "@" not in text or record is None or actor.door == "import":
        return []
    wanted = {handle: str(person.pk) for handle, person in handles_of(readers_of(actor, record)).items()}
    wanted |= {one["name"]: one["id"] for one in known}
    found: dict[str, str] = {}
    for handle in sorted(wanted, key=len, reverse=True):
        text, times = re.subn(rf"(?<![\w@.])@{re.escape(handle)}(?!\w)", " ", text, flags=re.IGNORECASE)
        if times:
            found[wanted[handle]] = handle
    return [{"id": pk, "name": name} for pk, name in found.items()]


def tell_mentioned(actor: Actor, note: Note, before: Iterable[Mapping[str, str]] = ()) -> None:
    """Whoever is newly named, unless they named themselves: in the page and by mail, as they chose."""
    new = {one["id"] for one in note.mentions} - {str(actor.id), *(one["id"] for one in before)}
    subject: Any = note.subject
    for pk in sorted(new):
        title = _("%(person)s mentioned you in a note about %(record)s")
        words = title % {"person": actor.label, "record": subject}
        told = Told(words, subject_of(subject), slot=f"note:{note.pk}:{note.version}")
        notice = notice_give(actor, MENTIONED, UUID(pk), told)
        if notice is not None and notice.mail == Mail.NOW:
            _mail(actor, notice, subject)


def _mail(actor: Actor, notice: Notification, subject: Any) -> None:
    """At once, or when their quiet hours are over; the sweep of notices has nothing left to send."""
    link = settings.PUBLIC_URL + notice.link
    to, later = notice.recipient.email, notice.mail_due_at
    send(MENTION, to, not_before=later, author=actor.label, record=subject, link=link)
    notice.mail_due_at = None
    notice.save(update_fields=["mail_due_at"])
