"""What every report is: columns, rows that are read as they are asked for, and a few figures before them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from crm.core.actor import Actor
from crm.core.errors import BadRequest
from crm.core.listing import refuse_unknown

USUAL_DAYS = 90
MOST_DAYS = 731

Row = tuple[Any, ...]
Facts = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the last one included, in the time zone of the installation."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.since, time.min))

    @property
    def end(self) -> datetime:
        """The first moment that is no longer part of it."""
        return timezone.make_aware(datetime.combine(self.until + timedelta(days=1), time.min))

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: its name in JSON and CSV, its heading, its part of a printed line.

    `words` says a name in code as people say it, on the page and on paper; programs get the name.
    """

    name: str
    label: str | Promise
    share: float = 1.0
    numeric: bool = False
    words: Callable[[str], str] | None = None

    def said(self, value: Any) -> Any:
        return self.words(value) if self.words else value


@dataclass(frozen=True, slots=True)
class Report:
    """`rows(actor, period)` and `totals(actor, period)` read no more than the actor's `compliance:read` reaches.

    `total_words` says the names of totals that are names in code.
    """

    name: str
    title: str | Promise
    about: str | Promise
    columns: tuple[Cell, ...]
    rows: Callable[[Actor, Period], Iterable[Row]]
    totals: Callable[[Actor, Period], Facts]
    has_period: bool = True
    total_words: Callable[[str], str] | None = None


def period_of(params: QueryDict, report: Report) -> Period:
    """The last 90 days unless told otherwise. Raises BadRequest for what is no day, or more than two years."""
    refuse_unknown(params, {"since", "until"} if report.has_period else set())
    until = _day(params, "until") or timezone.localdate()
    since = _day(params, "since") or until - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (until - since).days < MOST_DAYS:
        raise BadRequest("A period begins before it ends and has two years at most.", code="invalid_parameter")
    return Period(since, until)


def _day(params: QueryDict, name: str) -> date | None:
    text = params.get(name, "")
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if text and (day is None or not 1990 <= day.year < 9000):
        raise BadRequest(f"{name} is a day such as 2026-03-31.", code="invalid_parameter")
    return day


def counted(rows: Iterable[Any]) -> Iterator[tuple[str, int]]:
    """(key, count) pairs in the order of their first coming."""
    found: dict[str, int] = {}
    for key in rows:
        found[key] = found.get(key, 0) + 1
    yield from found.items()
