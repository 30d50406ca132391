"""When the next invoice is due: counted from the first one, so that no short month shifts what comes after it."""

import calendar
from datetime import date

from customers.models.choices import BillingCycle

MONTHS = {
    BillingCycle.MONTHLY: 1,
    BillingCycle.QUARTERLY: 3,
    BillingCycle.HALF_YEARLY: 6,
    BillingCycle.YEARLY: 12,
}


def next_invoice(first: date, cycle: str, on: date) -> date | None:
    """The first day of the series that is not before `on`; None when a single invoice is over, or the calendar ends.

    From 31 January a monthly series runs 28 (29) February, 31 March, 30 April: always the first one's day, or the
    month's last where it has none such.
    """
    if first >= on:
        return first
    step = MONTHS.get(BillingCycle(cycle))
    if step is None:
        return None
    passed = (on.year - first.year) * 12 + on.month - first.month
    periods = passed // step
    found = months_after(first, periods * step)
    return found if found is None or found >= on else months_after(first, (periods + 1) * step)


def months_after(first: date, months: int) -> date | None:
    """None past the year 9999."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
