"""What is shown of a notice: that its subject is out of reach by now is seen, whatever was said when it came."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.notices.models import Notification
from crm.notices.records import seen_by


def readable(actor: Actor, rows: Iterable[Notification]) -> list[Notification]:
    """Those whose subject the actor may read now, in their order; one query per kind of record."""
    listed, wanted = list(rows), defaultdict(set)
    for one in listed:
        if one.subject_id is not None:
            wanted[one.subject_type].add(one.subject_id)
    seen: set[UUID] = set().union(*(seen_by(actor, kind, pks) for kind, pks in wanted.items()))
    return [one for one in listed if one.subject_id is None or one.subject_id in seen]


def veiled(actor: Actor, rows: Iterable[Notification]) -> list[Notification]:
    """All of them; those out of reach say no more than that, and lead nowhere."""
    listed = list(rows)
    seen = {one.pk for one in readable(actor, listed)}
    for one in listed:
        if one.pk not in seen:
            one.title, one.text, one.link = _("Something you can no longer see"), "", ""
    return listed
