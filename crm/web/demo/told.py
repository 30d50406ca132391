"""What the bell has to say on the first day: a mention, an assignment, and what is due."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from crm.core.actor import Actor
from crm.notices.reminding import reminders_make
from crm.web.demo.group import member
from crm.web.demo.volume import Office
from customers.models import Customer
from customers.services import customer_update, note_create
from deals.services import activity_create

GIVEN = 2


def tell(office: Office) -> None:
    """Manager and representative of North, to each other."""
    rep, manager = office.sellers[0][0], office.sellers[0][-1]
    now, head = timezone.now(), Customer.objects.get(pk=member(office, 0))
    for author, reader in ((rep, manager), (manager, rep)):
        note_create(author, customer=head, body=f"@{reader.label} can you have a look before Friday?")
        for hours, subject in ((-1, "Answer the question about delivery"), (0.4, "Call about the renewal")):
            planned: dict[str, Any] = {"type": "task" if hours < 0 else "call", "subject": subject, "customer": head}
            owner = User.objects.get(pk=reader.id)
            activity_create(author, due_at=now + timedelta(hours=hours), owner=owner, **planned)
    _give(manager, rep, head)
    reminders_make(Actor.system("demo_data"), now)


def _give(author: Actor, reader: Actor, head: Any) -> None:
    """Customers whose names come last."""
    mine = Customer.objects.for_actor(author, "write").active().filter(owner=author.id, team=head.team_id)
    for customer in mine.exclude(pk=head.pk).order_by("-name")[:GIVEN]:
        customer_update(author, customer.pk, owner=User.objects.get(pk=reader.id))
