"""A person in the audit trail and among the security events: which events name them, and what of each stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q

from auditlog.erasing import erase, erase_security
from auditlog.models import AuditEvent, SecurityEvent
from auditlog.services import Changes
from crm.core.actor import Actor
from crm.privacy.identifiers import ERASED, Identifiers
from crm.privacy.relations import Linked
from crm.privacy.subjects import KINDS, kind_of

TEXTS = ("actor_label", "on_behalf_of", "object_label", "changes", "agent")
SECURITY_TEXTS = ("person_label", "details", "agent")
CHUNK = 500
REASON = "erasure of a person on request"


@dataclass(frozen=True)
class Read:
    """How far the texts of the trail were read before: `ids` name the person, `since` is the first that is unread."""

    ids: frozenset[Any] = frozenset()
    since: UUID | None = None


def events_of(subjects: list[Any], linked: Linked, found: Identifiers, read: Read | None = None) -> list[Any]:
    """Ids of events about them, by them as colleagues, and of all others that name them."""
    own = Q()
    for subject in subjects:
        own |= Q(object_type=kind_of(subject), object_id=str(subject.pk))
        if kind_of(subject) == "user":
            own |= Q(actor_id=subject.pk)
    rows = AuditEvent.objects.filter(erased_at__isnull=True)
    ids = set(rows.filter(own).values_list("pk", flat=True))
    read = read or Read()
    ids.update(_still_there(rows, read.ids))
    unread = rows.filter(pk__gte=read.since) if read.since else rows
    ids.update(_naming(unread.exclude(own).filter(_loosely(found, TEXTS)), found.strict, TEXTS))
    for about in _close(subjects, linked):
        ids.update(_naming(rows.filter(about), found.close, TEXTS))
    return sorted(ids)


def _still_there(rows: Any, ids: frozenset[Any]) -> Iterator[Any]:
    known = sorted(ids)
    for start in range(0, len(known), CHUNK):
        yield from rows.filter(pk__in=known[start : start + CHUNK]).values_list("pk", flat=True)


def read_on(found: Identifiers, after: UUID | None, number: int) -> tuple[list[Any], UUID | None, int]:
    """The next `number` events: which of them name the person, where that ends, and how many there were.

    The end is None when nothing is left.
    """
    rows = AuditEvent.objects.order_by("pk")
    rows = rows.filter(pk__gt=after) if after else rows
    pks = list(rows.values_list("pk", flat=True)[:number])
    if not pks:
        return [], None, 0
    within = AuditEvent.objects.filter(pk__gte=pks[0], pk__lte=pks[-1], erased_at__isnull=True)
    return sorted(_naming(within.filter(_loosely(found, TEXTS)), found.strict, TEXTS)), pks[-1], len(pks)


def _loosely(found: Identifiers, names: tuple[str, ...]) -> Q:
    conditions = (Q(**{f"{name}__iregex": found.loose}) for name in names)
    return Q(*conditions, _connector=Q.OR) if found.loose else Q(pk__in=[])


def _naming(rows: Any, pattern: Any, names: tuple[str, ...]) -> Iterator[Any]:
    for pk, *texts in rows.values_list("pk", *names).iterator(chunk_size=CHUNK):
        if any(pattern.search(text) for text in texts):
            yield pk


def _close(subjects: list[Any], linked: Linked) -> Iterator[Q]:
    """Events about notes, activities and the like that are about the person, where a first name says enough."""
    if all(kind_of(one) == "user" for one in subjects):
        return
    for model, condition in linked.items():
        if model not in KINDS.values() and hasattr(model, "RESOURCE") and model is not AuditEvent:
            pks = [str(pk) for pk in model._base_manager.filter(condition).values_list("pk", flat=True)]
            for start in range(0, len(pks), CHUNK):
                yield Q(object_type=model._meta.model_name, object_id__in=pks[start : start + CHUNK])


def security_events_of(subjects: list[Any], found: Identifiers) -> list[Any]:
    rows = SecurityEvent.objects.filter(erased_at__isnull=True)
    people = [subject.pk for subject in subjects if kind_of(subject) == "user"]
    ids = set(rows.filter(person_id__in=people).values_list("pk", flat=True))
    ids.update(_naming(rows.filter(_loosely(found, SECURITY_TEXTS)), found.strict, SECURITY_TEXTS))
    return sorted(ids)


def erase_trail(actor: Actor, ids: list[Any], subjects: list[Any], found: Identifiers) -> None:
    """Raises Conflict (`not_sealed_yet`)."""
    people = {(kind_of(one), str(one.pk)) for one in subjects if kind_of(one) != "user"}
    residue = partial(_residue, people, found)
    for start in range(0, len(ids), CHUNK):
        erase(actor, ids[start : start + CHUNK], REASON, residue)


def erase_security_events(ids: list[Any]) -> None:
    for start in range(0, len(ids), CHUNK):
        erase_security(ids[start : start + CHUNK])


def _residue(people: set[tuple[str, str]], found: Identifiers, event: AuditEvent) -> Changes:
    """Nothing of events about the person; of others all but the person, so that the house keeps its history."""
    if (event.object_type, event.object_id) in people or event.object_type == "subjectrequest":
        return {}
    content = {
        "actor": found.redact(event.actor_label, True),
        "object": found.redact(event.object_label, True),
        "changes": found.redact(json.loads(event.changes or "{}"), True),
    }
    return {name: (None, value) for name, value in content.items() if value and value != ERASED}
