"""A person who is a contact, a lead and named in notes, and the officer who answers her."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from crm.core.actor import Actor
from crm.privacy import services
from crm.privacy.models import SubjectRequest
from crm.privacy.working import work_on_personal_data
from crm.privacy.works import JOB
from customers.models import Contact, Customer, Lead
from customers.services import note_create

EMAIL, PHONE = "wilma.zuckermann@mail.example", "+493055501234"
WRITTEN = "030 / 555 01 234"


@pytest.fixture
def officer(superadmin: Any, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(superadmin)


@pytest.fixture
def actor(owner: Any, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(owner)


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner)


@pytest.fixture
def wilma(acme: Customer, owner: Any) -> Contact:
    return Contact.objects.create(
        first_name="Wilma", last_name="Zuckermann", customer=acme, team=acme.team, owner=owner, email=EMAIL, phone=PHONE
    )


@pytest.fixture
def lead(north: Any, owner: Any) -> Lead:
    return Lead.objects.create(first_name="Wilma", last_name="Zuckermann", email=EMAIL, team=north, owner=owner)


@pytest.fixture
def notes(actor: Actor, acme: Customer, wilma: Contact) -> list[Any]:
    """One about her, one about her employer that names her."""
    return [
        note_create(actor, body="Wilma prefers mornings", contact=wilma),
        note_create(actor, body=f"Ask Zuckermann, Wilma ({WRITTEN}) first", customer=acme),
    ]


@pytest.fixture
def go_on() -> Callable[[], str]:
    """The job does what waits, as it would a moment later."""
    return lambda: work_on_personal_data(Actor.system(JOB), timezone.now())


@pytest.fixture
def request_of_wilma(officer: Actor, wilma: Contact) -> SubjectRequest:
    return services.request_open(officer, kind="access", person=EMAIL, subjects=[["contact", str(wilma.pk)]])
