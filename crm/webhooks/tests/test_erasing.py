"""A person who is erased is erased from the log of webhooks, too, and the endpoints are told to do the same."""

import pytest
from django.utils import timezone

from crm.core.actor import Actor
from crm.outbox.models import Delivery
from crm.privacy import services as privacy
from crm.privacy.erasing import subject_erase
from crm.privacy.working import work_on_personal_data
from crm.privacy.works import JOB
from crm.webhooks.models import WebhookTry
from customers import services as customers

pytestmark = pytest.mark.django_db

EMAIL = "wilma.zuckermann@mail.example"


@pytest.fixture
def erase(superadmin, as_actor):
    """As the officer's page does, the work of the job included."""

    def run(contact):
        officer = as_actor(superadmin)
        about = [["contact", str(contact.pk)]]
        request = privacy.request_open(officer, kind="erasure", person=EMAIL, subjects=about)
        subject_erase(officer, request.pk)
        work_on_personal_data(Actor.system(JOB), timezone.now())

    return run


def test_the_log_keeps_nothing_of_an_erased_person(hook, actor, north, receiver, send, erase):
    hook()
    wilma = customers.contact_create(actor, first_name="Wilma", last_name="Zuckermann", email=EMAIL, team=north)
    receiver.answering((200, {}, f"noted {EMAIL}".encode()))
    send()
    customers.contact_update(actor, wilma.pk, title="Head of buying")
    [tried] = WebhookTry.objects.all()
    assert EMAIL in tried.body and EMAIL in tried.answer
    erase(wilma)
    tried.refresh_from_db()
    assert EMAIL not in tried.body + tried.answer and "Zuckermann" not in tried.body
    send()
    assert "contact.erased" in receiver.types()
    later = [one.body.decode() for one in receiver.got[1:]]
    assert later and not [one for one in later if EMAIL in one or "Zuckermann" in one], (
        "what waited says nothing of her"
    )
    assert Delivery.objects.filter(kind="webhook").exists()
