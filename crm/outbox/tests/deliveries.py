"""Deliveries for the tests, and a moment that has come."""

from datetime import timedelta
from itertools import count

from django.db.models.functions import Now

from crm.outbox.mail import enqueue_mail
from crm.outbox.models import Delivery

_numbers = count()


def mail(**changes):
    number = next(_numbers)
    given = {"to": "olive@north.example", "subject": f"News {number}", "text": "Hello", "key": f"news:{number}"}
    return enqueue_mail(**{**given, **changes})


def later(**of):
    """Moves the due moment, the lease and the age of every delivery into the past by so much and a second."""
    passed = timedelta(seconds=1) + timedelta(**of)
    for row in Delivery.objects.all():
        lease = row.lease_until - passed if row.lease_until else None
        Delivery.objects.filter(pk=row.pk).update(
            next_attempt_at=row.next_attempt_at - passed, lease_until=lease, created_at=row.created_at - passed
        )


def all_due():
    Delivery.objects.filter(state="pending").update(next_attempt_at=Now())
