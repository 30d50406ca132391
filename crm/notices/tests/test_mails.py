"""Mails about what somebody was told: as they chose, when they are awake, and one summary a day."""

from collections import Counter
from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, User
from crm.mailroom.suppressions import suppression_add
from crm.notices.models import NoticeSettings, Notification, Preference
from crm.outbox.draining import drain
from crm.outbox.models import Delivery
from customers import services
from tests.meeting import at_once

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-11-27T12:00Z")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def prefer(person, kind, mail="none", in_page=True):
    Preference.objects.create(user=person, kind=kind, mail=mail, in_page=in_page)


def hours(person, zone="", **values):
    User.objects.filter(pk=person.pk).update(time_zone=zone)
    NoticeSettings.objects.create(user=person, **values)


def mailed(topic="assignment"):
    return list(Delivery.objects.filter(topic=topic).order_by("created_at").values_list("recipient", flat=True))


def test_an_assignment_is_mailed_once_with_a_way_to_get_none(tell, teammate, mail_at):
    tell(teammate, at=NOON)
    mail_at(NOON)
    mail_at(NOON + HOUR)
    assert mailed() == [teammate.email]
    drain(kinds=["mail"])
    (sent,) = mail.outbox
    notice = Notification.objects.get()
    assert sent.subject == "Olive Owner assigned Acme to you"
    assert f"/notifications/{notice.pk}/open/" in sent.body and "/notifications/settings/" in sent.body
    assert "/unsubscribe/" in sent.extra_headers["List-Unsubscribe"]
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_whoever_unsubscribed_gets_none(tell, teammate, mail_at, as_actor, superadmin):
    suppression_add(as_actor(superadmin), address=teammate.email, reason="unsubscribed")
    tell(teammate)
    mail_at()
    drain(kinds=["mail"])
    assert mail.outbox == [] and Delivery.objects.get(topic="assignment").state == "suppressed"


def test_what_was_read_in_the_page_is_not_mailed(tell, teammate, mail_at):
    tell(teammate, at=NOON)
    Notification.objects.update(read_at=NOON)
    mail_at(NOON + HOUR)
    assert mailed() == [] and Notification.objects.get().mail_due_at is None


def test_what_is_out_of_reach_by_then_is_not_mailed(tell, teammate, mail_at):
    tell(teammate, at=NOON)
    Membership.objects.filter(user=teammate).delete()
    mail_at(NOON + HOUR)
    assert mailed() == []


def test_who_chose_no_mail_gets_none_and_who_chose_mail_alone_sees_nothing_in_the_page(
    tell, teammate, owner, as_actor, mail_at, api
):
    prefer(teammate, "assignment", "none")
    tell(teammate)
    prefer(owner, "assignment", "now", in_page=False)
    tell(owner, by=as_actor(teammate))
    mail_at()
    assert mailed() == [owner.email]
    assert api(owner).get("notifications").json()["results"] == []
    assert len(api(teammate).get("notifications").json()["results"]) == 1


@pytest.mark.parametrize(("number", "mails"), [(10, {"assignment": 10}), (11, {"digest": 1})])
def test_many_at_the_same_moment_are_one_mail(tell, teammate, mail_at, number, mails):
    for at in range(number):
        tell(teammate, slot=str(at), at=NOON)
    mail_at(NOON)
    mail_at(NOON + HOUR)
    assert Counter(Delivery.objects.values_list("topic", flat=True)) == mails


def test_a_mail_waits_until_the_quiet_hours_are_over(tell, teammate, mail_at):
    hours(teammate, "Europe/Berlin", quiet_from=time(22), quiet_until=time(7))
    night = datetime.fromisoformat("2026-11-27T22:30Z")
    tell(teammate, at=night)
    for hour in range(7):
        mail_at(night + hour * HOUR)
    assert mailed() == []
    mail_at(datetime.fromisoformat("2026-11-28T06:00Z"))
    assert mailed() == [teammate.email]


def test_hours_that_were_chosen_meanwhile_count(tell, teammate, mail_at):
    tell(teammate, at=NOON)
    hours(teammate, quiet_from=time(11), quiet_until=time(14))
    mail_at(NOON)
    assert mailed() == [] and Notification.objects.get().mail_due_at == NOON + 2 * HOUR


def test_a_mention_obeys_them_too_and_is_mailed_at_once_otherwise(actor, teammate, acme, mail_at):
    services.note_create(actor, body="@Tom Teammate", customer=acme)
    first = Delivery.objects.get(topic="mention")
    now = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    hours(teammate, quiet_from=(now - HOUR).time(), quiet_until=(now + 2 * HOUR).time())
    services.note_create(actor, body="@Tom Teammate again", customer=acme)
    second = Delivery.objects.exclude(pk=first.pk).get(topic="mention")
    assert first.next_attempt_at <= timezone.now() < second.next_attempt_at - HOUR
    mail_at(timezone.now() + DAY)
    assert mailed("mention") == [teammate.email] * 2


@pytest.mark.parametrize(("choice", "mails", "rows"), [("none", 0, 1), ("digest", 0, 1), ("now", 1, 1)])
def test_a_mention_is_told_as_it_was_chosen(actor, teammate, acme, choice, mails, rows):
    prefer(teammate, "mention", choice)
    services.note_create(actor, body="@Tom Teammate", customer=acme)
    assert (len(mailed("mention")), Notification.objects.count()) == (mails, rows)


class TestTheDailySummary:
    def test_it_comes_once_a_day_at_their_hour_with_what_is_not_read(self, tell, teammate, mail_at):
        prefer(teammate, "assignment", "digest")
        hours(teammate, "Europe/Berlin", digest_hour=9)
        for number in range(3):
            tell(teammate, slot=str(number), title=f"Line {number}", at=NOON)
        Notification.objects.filter(title="Line 1").update(read_at=NOON)
        eight = datetime.fromisoformat("2026-11-28T08:00Z")
        for minute in (-1, 0, 1, 30):
            mail_at(eight + timedelta(minutes=minute))
        assert mailed("digest") == [teammate.email]
        drain(kinds=["mail"])
        (sent,) = mail.outbox
        assert sent.subject == "Vouch: 2 notifications for 28 Nov 2026"
        assert "Line 0" in sent.body and "Line 2" in sent.body and "Line 1" not in sent.body
        assert "List-Unsubscribe" in sent.extra_headers

    def test_without_anything_new_there_is_none(self, teammate, mail_at):
        hours(teammate)
        mail_at(NOON)
        assert mailed("digest") == []

    @pytest.mark.parametrize(("day", "hour"), [("2026-03-29", 2), ("2026-10-25", 2), ("2026-10-25", 3)])
    def test_there_is_one_on_the_day_that_the_clocks_change(self, tell, teammate, mail_at, day, hour):
        prefer(teammate, "assignment", "digest")
        hours(teammate, "Europe/Berlin", digest_hour=hour)
        start = datetime.fromisoformat(f"{day}T00:00+01:00") - 2 * HOUR
        for step in range(30 * 4):
            at = start + step * timedelta(minutes=15)
            tell(teammate, slot=str(step), at=at)
            mail_at(at)
        days = [key.rpartition(":")[2] for key in Delivery.objects.filter(topic="digest").values_list("key", flat=True)]
        assert day in days and len(days) == len(set(days))

    def test_another_hour_or_zone_makes_no_second_one_on_that_day(self, tell, teammate, mail_at):
        prefer(teammate, "assignment", "digest")
        hours(teammate, digest_hour=8)
        tell(teammate, at=NOON)
        mail_at(datetime.fromisoformat("2026-11-28T08:00Z"))
        NoticeSettings.objects.update(digest_hour=20)
        tell(teammate, slot="2", at=datetime.fromisoformat("2026-11-28T09:00Z"))
        for hour in range(12, 24):
            mail_at(datetime.fromisoformat(f"2026-11-28T{hour}:30Z"))
        assert len(mailed("digest")) == 1
        mail_at(datetime.fromisoformat("2026-11-29T20:00Z"))
        assert len(mailed("digest")) == 2

    def test_many_are_named_up_to_twenty(self, tell, teammate, mail_at):
        prefer(teammate, "assignment", "digest")
        for number in range(25):
            tell(teammate, slot=str(number), at=NOON)
        mail_at(NOON + DAY)
        assert "and 5 more" in Delivery.objects.get(topic="digest").payload


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_sweeps_at_the_same_moment_send_each_once(tell, teammate, owner, as_actor, mail_at):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    prefer(teammate, "mention", "digest")
    for number in range(4):
        tell(teammate, slot=str(number), at=NOON)
        tell(teammate, kind="mention", slot=str(number), at=NOON)
    at_once([lambda: mail_at(NOON + DAY)] * 4)
    assert (len(mailed()), len(mailed("digest"))) == (4, 1)
