"""Records that become somebody's: heard from the trail, and said once for an act, however many records it is about."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import orjson
from django.db.models import Case, CharField, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.notices.giving import Told, notice_give
from crm.notices.kinds import ASSIGNED
from crm.notices.models import Mail, Notification
from crm.notices.people import Reader, reader_of
from crm.notices.records import is_assignable, list_of, noun_of, seen_by
from crm.outbox.mail_writing import PRODUCT

WORDS = ("created", "updated")
# A mail about an act on many records waits until no more of them came for so long.
SETTLES = timedelta(minutes=2)
Groups = dict[UUID, list[AuditEvent]]


def assignments_heard(events: Sequence[AuditEvent]) -> None:
    """An observer of the trail."""
    for person_id, group in _by_new_owner(events).items():
        _tell(person_id, group)


def _by_new_owner(events: Sequence[AuditEvent]) -> Groups:
    """Without those who took it themselves; a look at the text spares most events the parsing."""
    found: Groups = defaultdict(list)
    for event in events:
        if '"owner":' in event.changes and event.action.endswith(WORDS) and is_assignable(event.object_type):
            owner = orjson.loads(event.changes).get("owner", [None, None])[1]
            if owner and owner != str(event.actor_id):
                found[UUID(owner)].append(event)
    return found


def _tell(person_id: UUID, events: list[AuditEvent]) -> None:
    about = _act_of(events[0])
    if _counted(person_id, about, events):
        return
    reader = reader_of(person_id)
    seen = _seen(reader, events) if reader else []
    if reader and seen and notice_give(_actor_in(seen[0]), ASSIGNED, person_id, _told(seen, about), reader=reader):
        return
    # Somebody else began to tell of the same act at the same moment.
    _counted(person_id, about, events)


def _counted(person_id: UUID, about: str, events: list[AuditEvent]) -> bool:
    """More records of an act that they were told of already: one statement, and it is news again."""
    object_type = events[0].object_type
    is_same = When(subject_type=object_type, then=Value(object_type))
    now = timezone.now()
    link = When(subject_type=object_type, then=Value(list_of(object_type, person_id)))
    rows = Notification.objects.filter(recipient=person_id, kind=ASSIGNED, about=about, slot="")
    changed = rows.update(
        count=F("count") + len(events),
        subject_type=Case(is_same, default=Value(""), output_field=CharField()),
        subject_id=None,
        link=Case(link, default=Value(""), output_field=CharField()),
        shown_at=now,
        read_at=None,
        mail_due_at=Case(When(mail=Mail.NOW, then=Value(now + SETTLES)), default=F("mail_due_at")),
    )
    return bool(changed)


def _seen(reader: Reader, events: list[AuditEvent]) -> list[AuditEvent]:
    pks = seen_by(reader.actor, events[0].object_type, [one.object_id for one in events])
    return [one for one in events if UUID(one.object_id) in pks]


def _told(events: list[AuditEvent], about: str) -> Told:
    first, count = events[0], len(events)
    pk = UUID(first.object_id)
    words = {"person": _actor_in(first).label, "record": first.object_label}
    title = _("%(person)s assigned %(record)s to you") % words
    link = list_of(first.object_type, _owner_in(first)) if count > 1 else ""
    subject = (first.object_type, pk)
    return Told(title, subject, text=noun_of(first.object_type), about=about, link=link, count=count)


def _owner_in(event: AuditEvent) -> UUID:
    return UUID(orjson.loads(event.changes)["owner"][1])


def _act_of(event: AuditEvent) -> str:
    """Everything that one request, import or bulk change does has one trace."""
    return f"act:{event.trace_id}" if event.trace_id else f"event:{event.pk}"


def _actor_in(event: AuditEvent) -> Actor:
    """Who did it, without any right: notices ask for none. What nobody did, the product did."""
    return Actor(label=event.actor_label if event.actor_id else PRODUCT, kind="user", id=event.actor_id)
