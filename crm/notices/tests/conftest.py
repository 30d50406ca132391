"""A customer of team North, and those who may be told of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from crm.core.actor import Actor
from crm.notices.giving import Told, notice_give
from crm.notices.mailing import notices_mail
from crm.notices.models import Notification
from crm.notices.records import subject_of
from customers.models import Customer

JOB = Actor.system("notice-mails")


@pytest.fixture
def actor(owner: Any, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(owner)


@pytest.fixture
def manager(make_user: Callable[..., Any], north: Any) -> Any:
    return make_user("manager@north.example", role="sales_manager", teams=(north,), full_name="Mary Manager")


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner)


@pytest.fixture
def tell(actor: Actor, acme: Customer) -> Callable[..., Notification | None]:
    """Olive tells somebody of Acme."""

    def give(to: Any, kind: str = "assignment", by: Actor = actor, **values: Any) -> Notification | None:
        at = values.pop("at", None)
        usual = {"title": "Olive Owner assigned Acme to you", "subject": subject_of(acme)}
        return notice_give(by, kind, to.pk, Told(**{**usual, **values}), at=at)

    return give


@pytest.fixture
def mail_at() -> Callable[[datetime | None], str]:
    return lambda at=None: notices_mail(JOB, at or timezone.now())
