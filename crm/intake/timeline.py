"""Letters among what happened around a record: one's own, and nobody else's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.timeline import Entry
from crm.intake.models import Letter, LetterState
from crm.intake.models.letters import SUBJECTS
from deals.models.choices import Direction


def letters_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> Iterable[Entry]:
    """What was shared is an activity by now, and shown as that."""
    name = subject._meta.model_name
    if name not in SUBJECTS:
        return []
    rows = Letter.objects.for_actor(actor).filter(state=LetterState.FILED, activity=None, **{name: subject})
    if before is not None:
        rows = rows.filter(sent_at__lt=before)
    return [entry_of(actor, letter) for letter in rows.order_by("-sent_at", "-id")[:limit]]


def entry_of(actor: Actor, letter: Letter) -> Entry:
    came = letter.direction == Direction.INBOUND
    summary = _("received a letter, which only you see") if came else _("sent a letter, which only you see")
    url = reverse("letters:detail", args=[letter.pk])
    text = "\n".join(filter(None, (letter.subject, letter.text)))
    return Entry("email", letter.sent_at, actor.label, summary, body=text, url=url, id=f"letter-{letter.pk}")
