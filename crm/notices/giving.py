"""Telling somebody: in the transaction of what is told, once, and only what they may read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.core.actor import Actor
from crm.notices.channels import choices_of, mail_due
from crm.notices.kinds import KINDS
from crm.notices.models import Notification
from crm.notices.people import Reader, reader_of
from crm.notices.records import Subject, link_to, seen_by


@dataclass(frozen=True, slots=True)
class Told:
    """What is said. `about` and `slot` say once for what; without `about` that is the subject. Without a `link` it
    leads to the subject's page."""

    title: str
    subject: Subject
    text: str = ""
    about: str = ""
    slot: str = ""
    link: str = ""
    count: int = 1


@transaction.atomic
def notice_give(
    actor: Actor, kind: str, to: UUID, told: Told, *, reader: Reader | None = None, at: datetime | None = None
) -> Notification | None:
    """None where they are not told: they did it themselves, may not read the subject, want to hear nothing of the
    kind, are gone, or were told already. `reader` spares who knows them the look."""
    at = at or timezone.now()
    if to == actor.id and not KINDS[kind].to_oneself:
        return None
    reader = reader or reader_of(to)
    if reader is None or not seen_by(reader.actor, told.subject[0], [told.subject[1]]):
        return None
    choice = choices_of(to, [kind])[kind]
    if choice.is_silent:
        return None
    new = _built(actor, kind, to, told, at)
    new.in_page, new.mail, new.mail_due_at = choice.in_page, choice.mail, mail_due(reader, choice.mail, at)
    return new if _is_inserted(new) else None


def _built(actor: Actor, kind: str, to: UUID, told: Told, at: datetime) -> Notification:
    object_type, pk = told.subject
    return Notification(
        recipient_id=to,
        kind=kind,
        title=told.title[:255],
        text=told.text[:500],
        by_label=actor.label[:255],
        link=told.link or link_to(object_type, pk),
        subject_type=object_type,
        subject_id=pk,
        about=told.about or f"{object_type}:{pk}",
        slot=told.slot,
        count=told.count,
        created_at=at,
        shown_at=at,
    )


def _is_inserted(new: Notification) -> bool:
    """The database decides, also between two at the same moment."""
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return False
    return True
