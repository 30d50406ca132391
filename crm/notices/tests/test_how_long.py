"""How long notices are kept, and with whom they go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from crm.notices.models import Notification
from crm.notices.purging import purge_notifications
from crm.notices.records import subject_of
from crm.privacy.erasing import subject_erase
from crm.privacy.services import request_open
from customers.models import Contact

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "values", "stays"),
    [
        (89, {"read": 89}, True),
        (91, {"read": 89}, True),
        (91, {"read": 91}, False),
        (91, {}, True),
        (366, {}, False),
        (366, {"shown": 10}, True),
        (91, {"in_page": False}, False),
        (91, {"in_page": False, "mail_due": 0}, True),
    ],
    ids=str,
)
def test_what_was_read_goes_after_ninety_days_and_the_rest_after_a_year(tell, teammate, age, values, stays):
    now = timezone.now()
    row = {"created_at": now - age * DAY, "shown_at": now - values.get("shown", age) * DAY, "mail_due_at": None}
    row |= {"read_at": now - values["read"] * DAY} if "read" in values else {}
    row |= {"in_page": False} if "in_page" in values else {}
    row |= {"mail_due_at": now} if "mail_due" in values else {}
    tell(teammate)
    Notification.objects.update(**row)
    assert purge_notifications(now) == (0 if stays else 1)
    assert Notification.objects.exists() is stays


def test_they_go_with_their_person(tell, teammate):
    tell(teammate)
    User.objects.filter(pk=teammate.pk).delete()
    assert not Notification.objects.exists()


def erase(actor, subject, kind, team):
    chosen = [[kind, str(subject.pk)]]
    subject_erase(actor, request_open(actor, kind="erasure", person="Anna", team=team, subjects=chosen).pk)


def test_an_erasure_takes_what_names_the_person(tell, teammate, acme, superadmin, as_actor):
    anna = Contact.objects.create(first_name="Anna", last_name="Arendt", customer=acme, team=acme.team)
    tell(teammate, title="Olive Owner assigned Anna Arendt to you", subject=subject_of(anna))
    kept = tell(teammate)
    assert Notification.objects.count() == 2
    erase(as_actor(superadmin), anna, "contact", acme.team)
    assert list(Notification.objects.all()) == [kept]


def test_what_an_erased_colleague_was_told_goes(tell, teammate, superadmin, as_actor, north):
    tell(teammate)
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    erase(as_actor(superadmin), teammate, "user", north)
    assert not Notification.objects.exists() and User.objects.filter(pk=teammate.pk).exists()
