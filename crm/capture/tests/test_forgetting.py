"""What came in is forgotten in time, moves with its lead, and is erased with its person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.capture.models import State, Submission
from crm.capture.purging import BOTS, SETTLED, purge_submissions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "days", "goes"),
    [
        (State.ACCEPTED, SETTLED.days + 1, True),
        (State.ACCEPTED, SETTLED.days - 1, False),
        (State.MENDED, SETTLED.days + 1, True),
        (State.DISMISSED, SETTLED.days + 1, True),
        (State.BOT, BOTS.days + 1, True),
        (State.BOT, BOTS.days - 1, False),
        (State.REFUSED, 2000, False),
    ],
)
def test_each_in_its_time_and_what_waits_never(form, fill, state, days, goes):
    fill(form(), email="wrong")
    now = timezone.now()
    Submission.objects.update(state=state, created_at=now - timedelta(days=days))
    assert purge_submissions(now) == int(goes) and Submission.objects.exists() != goes
