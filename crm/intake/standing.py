"""Whether mail is proved to come through: not what was configured, but when a message last was found."""

from datetime import datetime

from django.utils import timezone

from crm.intake.models import Mailbox
from crm.intake.probing import proof_is_due_within


def needs_a_look(mailbox: Mailbox, at: datetime | None = None) -> bool:
    """Active, and not proved for too long. Into people's own mailboxes no proof is sent: there a pull has to do."""
    now = at or timezone.now()
    last = mailbox.proved_at if mailbox.person_id is None else mailbox.pulled_at
    return mailbox.is_active and (last or mailbox.created_at) < now - proof_is_due_within()


def any_needs_a_look() -> bool:
    return bool(unproved())


def unproved(at: datetime | None = None) -> list[Mailbox]:
    return [one for one in Mailbox.objects.filter(is_active=True) if needs_a_look(one, at)]
