"""Reminders of activities and deals: each once, however often and by how many looks; what was missed is summed up."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.core.actor import Actor
from crm.notices import reminding
from crm.notices.models import Notification, ReminderMark
from crm.notices.reminding import reminders_make
from deals import services
from deals.models import Activity, Deal
from tests.meeting import at_once

pytestmark = pytest.mark.django_db
JOB = Actor.system("notice-reminders")
NOON = datetime.fromisoformat("2026-11-27T12:00Z")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def plan(owner, acme, north):
    def planned(due_at, subject="Ring Ann", **values):
        usual = {"type": "call", "customer": acme, "team": north, "owner": owner}
        return Activity.objects.create(subject=subject, due_at=due_at, **{**usual, **values})

    return planned


def look(at=NOON):
    reminders_make(JOB, at)


def told(person=None):
    rows = Notification.objects.filter(**({"recipient": person} if person else {})).order_by("created_at", "title")
    return [one.title for one in rows]


def test_what_is_due_within_half_an_hour_is_told_once(plan, owner):
    plan(NOON + 29 * MINUTE)
    plan(NOON + 45 * MINUTE, "Later")
    for minute in range(3):
        look(NOON + minute * MINUTE)
    assert told() == ["Due soon: Ring Ann"]
    (notice,) = Notification.objects.all()
    assert (notice.recipient_id, notice.kind) == (owner.pk, "due_soon")
    assert notice.text == "Call · Acme · 27 Nov 2026, 12:29"


def test_the_hour_is_that_of_the_readers_clock(plan, owner):
    type(owner).objects.filter(pk=owner.pk).update(time_zone="Asia/Kolkata")
    plan(NOON + 29 * MINUTE)
    look()
    assert Notification.objects.get().text.endswith("27 Nov 2026, 17:59")


def test_what_was_not_done_in_time_is_overdue_once(plan):
    plan(NOON + 10 * MINUTE)
    for minute in (0, 10, 11, 90, 200):
        look(NOON + minute * MINUTE)
    assert told() == ["Due soon: Ring Ann", "Overdue: Ring Ann"]


def test_another_date_is_another_reminder(plan, actor_of_owner):
    one = plan(NOON + 20 * MINUTE)
    look()
    services.activity_update(actor_of_owner, one.pk, due_at=NOON + 25 * MINUTE)
    look()
    assert told() == ["Due soon: Ring Ann", "Due soon: Ring Ann"]


@pytest.fixture
def actor_of_owner(as_actor, owner):
    return as_actor(owner)


@pytest.mark.parametrize(
    "values", [{"status": "completed"}, {"archived_at": NOON}, {"owner": None}], ids=["done", "archived", "nobody's"]
)
def test_nobody_is_reminded_of_what_needs_nobody(plan, values):
    plan(NOON + 10 * MINUTE, **values)
    plan(NOON - 10 * MINUTE, **values)
    look()
    assert told() == []


def test_somebody_who_was_deactivated_or_lost_the_record_is_not_reminded(plan, outsider, owner):
    plan(NOON + 10 * MINUTE, owner=outsider)
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    plan(NOON + 10 * MINUTE)
    look()
    assert told() == []


def test_the_deals_owner_learns_of_a_step_that_somebody_else_has_not_done(plan, deal, teammate, owner):
    Deal.objects.filter(pk=deal.pk).update(expected_close_date=None)
    look(NOON - MINUTE)
    plan(NOON - MINUTE / 2, "Send the offer", owner=teammate, deal=deal)
    look(NOON)
    look(NOON + MINUTE)
    assert told(teammate) == ["Overdue: Send the offer"]
    assert told(owner) == ["Renewal waits: Send the offer is overdue"]
    assert Notification.objects.get(recipient=owner).link == f"/deals/{deal.pk}/"


def test_a_deal_whose_closing_date_is_over_is_told_when_its_day_ends(deal, owner):
    Deal.objects.filter(pk=deal.pk).update(expected_close_date=NOON.date())
    midnight = datetime.fromisoformat("2026-11-28T00:00Z")
    look(midnight - MINUTE)
    assert told() == []
    look(midnight)
    look(midnight + HOUR)
    assert told(owner) == ["Renewal is past its closing date"]


def test_a_closed_deal_waits_for_nothing(deal, stages, as_actor, owner):
    Deal.objects.filter(pk=deal.pk).update(expected_close_date=NOON.date())
    services.deal_move(as_actor(owner), deal.pk, stages["Won"])
    look(datetime.fromisoformat("2026-11-28T00:01Z"))
    assert told(owner) == []


def test_after_a_downtime_many_are_summed_up_and_few_are_told_one_by_one(plan, owner, teammate):
    look(NOON)
    for number in range(40):
        plan(NOON + HOUR + number * MINUTE, f"Call {number}")
    plan(NOON + HOUR, "Single", owner=teammate)
    plan(NOON + 3 * DAY - MINUTE, "Fresh")
    look(NOON + 3 * DAY)
    assert told(owner) == ["40 activities are overdue", "Overdue: Fresh"]
    assert told(teammate) == ["Overdue: Single"]
    look(NOON + 3 * DAY + MINUTE)
    assert len(told()) == 3
    summary = Notification.objects.get(title="40 activities are overdue")
    assert summary.link == f"/activities/?owner={owner.pk}"


def test_the_first_look_ever_does_not_dig_up_the_past(plan):
    plan(NOON - 300 * DAY, "Ancient")
    look()
    assert told() == []


def test_a_look_that_is_killed_is_done_again_whole(plan, monkeypatch):
    """The mark and the notices are one transaction: what was told by the one that died was not told."""
    look(NOON - HOUR)
    for number in range(3):
        plan(NOON - number * MINUTE, f"Call {number}")
    give, calls = reminding.notice_give, []

    def dies(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return give(*args, **kwargs)

    monkeypatch.setattr(reminding, "notice_give", dies)
    with pytest.raises(KeyboardInterrupt):
        look(NOON)
    assert told() == [] and ReminderMark.objects.get(source="overdue").until == NOON - HOUR
    monkeypatch.setattr(reminding, "notice_give", give)
    look(NOON)
    assert len(told()) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_looks_at_the_same_moment_remind_once(plan):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    for number in range(5):
        plan(timezone.now() + number * MINUTE + MINUTE, f"Call {number}")
    at = timezone.now()
    at_once([lambda: look(at)] * 3)
    assert len(told()) == 5
