"""What people are reminded of: activities that are due or overdue, and deals that wait for a next step."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.actor import Actor
from crm.core.formats import in_one_line
from crm.notices.kinds import DUE_SOON, NEXT_STEP, OVERDUE
from crm.notices.reminding import Due, Reminders
from customers.models.subjects import SUBJECTS, subject_for
from deals.models import Activity, Deal
from deals.models.activity import OPEN
from deals.models.choices import DealStatus

AHEAD = timedelta(minutes=30)
DAY = timedelta(days=1)


def due_soon(after: datetime, until: datetime) -> Iterator[Due]:
    return _of_owners(DUE_SOON, _("Due soon: %(what)s"), after, until)


def overdue(after: datetime, until: datetime) -> Iterator[Due]:
    return _of_owners(OVERDUE, _("Overdue: %(what)s"), after, until)


def waiting_deals(after: datetime, until: datetime) -> Iterator[Due]:
    """Whoever has to do the next step is told themselves; the deal's owner, where that is somebody else."""
    for one in _open(after, until).filter(deal__status=DealStatus.OPEN).exclude(deal__owner=F("owner")):
        if one.deal.owner_id and not one.deal.is_archived:
            title = _("%(deal)s waits: %(step)s is overdue") % {"deal": one.deal, "step": one}
            slot = f"{one.pk}:{one.due_at:%Y%m%dT%H%M}"
            yield Due(NEXT_STEP, one.deal.owner_id, title, _nothing, ("deal", one.deal_id), one.due_at, slot)
    yield from _past_their_closing(after, until)


def _of_owners(kind: str, title: str, after: datetime, until: datetime) -> Iterator[Due]:
    for one in _open(after, until).filter(owner__isnull=False):
        about = _teller(one)
        yield Due(kind, one.owner_id, title % {"what": one}, about, ("activity", one.pk), one.due_at)


def _open(after: datetime, until: datetime) -> Any:
    rows = Activity.objects.active().filter(status__in=OPEN, due_at__gt=after, due_at__lte=until)
    return rows.select_related(*SUBJECTS).order_by("due_at", "id")


def _teller(activity: Activity) -> Any:
    return lambda actor: in_one_line(activity.get_type_display(), subject_for(actor, activity))


def _nothing(actor: Actor) -> str:
    return ""


def _past_their_closing(after: datetime, until: datetime) -> Iterator[Due]:
    """A closing date is over with its day, by the clock of the installation."""
    ends = {day: end for day in _days(after, until) if after < (end := _end_of(day)) <= until}
    if not ends:
        return
    rows = Deal.objects.active().filter(Q(owner__isnull=False), status=DealStatus.OPEN)
    found: Any = rows.filter(expected_close_date__in=list(ends)).order_by("pk")
    for deal in found:
        title, closes = _("%(deal)s is past its closing date") % {"deal": deal}, deal.expected_close_date
        yield Due(NEXT_STEP, deal.owner_id, title, _nothing, ("deal", deal.pk), ends[closes], f"close:{closes}")


def _days(after: datetime, until: datetime) -> Iterator[Any]:
    day = timezone.localtime(after, timezone.get_default_timezone()).date() - DAY
    while day <= timezone.localtime(until, timezone.get_default_timezone()).date():
        yield day
        day += DAY


def _end_of(day: Any) -> datetime:
    return datetime.combine(day + DAY, time.min, timezone.get_default_timezone())


def _missed_activities(count: int) -> str:
    return ngettext("%(count)s activity is overdue", "%(count)s activities are overdue", count) % {"count": count}


def _missed_deals(count: int) -> str:
    return ngettext("%(count)s deal waits", "%(count)s deals wait", count) % {"count": count}


REMINDERS = (
    Reminders("due_soon", due_soon, ahead=AHEAD),
    Reminders("overdue", overdue, missed=_missed_activities),
    Reminders("waiting_deals", waiting_deals, missed=_missed_deals),
)
