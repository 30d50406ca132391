"""Records that nobody works with, so that whoever reads one gives themselves away (docs/honeypots.md).

`for_actor` leaves them out: no list, count, board or report can forget to. What an intruder reads by, the id and the
search, goes through `with_canaries`, whose rows announce themselves whenever and in whichever way they are handed out.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self
from uuid import UUID

import structlog
from django.db import models
from django.db.models.query import ModelIterable
from django.http import HttpRequest, HttpResponse

from crm.core.actor import Actor
from crm.core.later import later
from crm.core.records import ActorQuerySet

# A search for less finds half of all records by chance and says nothing about who searches.
SPECIFIC = 4
CANARY = models.Q(is_canary=True)
# For `include` of the indexes that lists are counted by: a filter on the flag must not cost a look at each row.
FLAG = ("is_canary",)

log = structlog.get_logger("vouch.canaries")


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody was handed a canary. `via`: detail, write, list, search, expand, link, export …"""

    actor: Actor
    via: str
    kind: str
    id: UUID
    label: str
    team_id: UUID


@dataclass(slots=True)
class Touched:
    """The canaries of one request, each once."""

    touches: dict[tuple[str, UUID], Touch] = field(default_factory=dict)
    is_told: bool = False


# What follows from a touch: (touch, method, path); both empty outside a request.
Sink = Callable[[Touch, str, str], object]

_sinks: list[Sink] = []
_touched: ContextVar[Touched | None] = ContextVar("touched_canaries", default=None)


def tell_of_canaries(sink: Sink) -> None:
    """Registers who hears of touches; called by crm.wiring only."""
    _sinks.append(sink)


def announce(actor: Actor, record: Any, via: str) -> None:
    """Does nothing for what is no canary.

    Within a request it is told of when the request is over, so that a transaction which is rolled back takes nothing
    with it; elsewhere (jobs, commands, what streams after the answer) in a thread with a connection of its own.
    """
    if not getattr(record, "is_canary", False):
        return
    touch = Touch(actor, via, str(record._meta.model_name), record.pk, str(record), record.team_id)
    touched = _touched.get()
    if touched is None or touched.is_told:
        later(partial(_tell, touch))
    else:
        touched.touches.setdefault((touch.kind, touch.id), touch)


def _tell(touch: Touch, method: str = "", path: str = "") -> None:
    """The log is told, too, where the database cannot be."""
    for sink in _sinks:
        try:
            sink(touch, method, path)
        except Exception as error:
            log.critical("canary_touch_not_recorded", kind=touch.kind, id=str(touch.id), exc_info=error)


class CanaryMiddleware:
    """Outside every transaction of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _collected() as touched:
            response = self.get_response(request)
        for touch in touched.touches.values():
            _tell(touch, request.method or "", request.path)
        return response


@contextmanager
def _collected() -> Iterator[Touched]:
    touched = Touched()
    token = _touched.set(touched)
    try:
        yield touched
    finally:
        touched.is_told = True
        _touched.reset(token)


class CanaryQuerySet(ActorQuerySet):
    """For models with `MayBeCanary`. `with_canaries` is remembered by whatever is derived from its rows."""

    _reader: tuple[Actor, str] | None = None

    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        return super().for_actor(actor, action).filter(is_canary=False)

    def with_canaries(self, actor: Actor, action: str = "read", via: str = "read") -> Self:
        """Like `for_actor`, with the canaries, each of which is announced when it is read: as a record, by
        `iterator()`, or as `values()`. Counting hands nothing out."""
        rows = super().for_actor(actor, action)
        rows._reader = (actor, via)
        return rows

    def planted(self, actor: Actor) -> Self:
        """The canaries themselves, for who looks after them; nothing is announced."""
        return self.within_reach(actor, "security:manage").filter(is_canary=True)

    def announce_all(self) -> None:
        """For readers that bypass the ORM (COPY, a cursor): tells of every canary these rows would hand out."""
        if self._reader is not None:
            among = self.model._base_manager.filter(is_canary=True)
            self._announce(among.filter(pk__in=self.values("pk")))

    def announced(self) -> Self:
        """The same rows, told of at once and read in silence: for who pages through all of them."""
        self.announce_all()
        rows: Self = self._chain()  # type: ignore[attr-defined]
        rows._reader = None
        return rows

    def _announce(self, records: Iterable[Any]) -> None:
        if self._reader is not None:
            for record in records:
                announce(self._reader[0], record, self._reader[1])

    def _says_what_is_a_canary(self) -> bool:
        """Whether a row is a record that has the flag with it."""
        names, is_deferred = self.query.deferred_loading
        return issubclass(self._iterable_class, ModelIterable) and ("is_canary" in names) != is_deferred

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._reader = self._reader
        return clone

    def _fetch_all(self) -> None:
        is_read_now = self._result_cache is None
        super()._fetch_all()
        if self._reader is None or not is_read_now:
            return
        if self._says_what_is_a_canary():
            self._announce(self._result_cache or ())
        elif self._result_cache:
            self.announce_all()

    def _iterator(self, use_chunked_fetch: bool, chunk_size: int | None) -> Iterator[Any]:
        has_flag = self._says_what_is_a_canary()
        if self._reader is not None and not has_flag:
            self.announce_all()
        for row in super()._iterator(use_chunked_fetch, chunk_size):  # type: ignore[misc]
            if self._reader is not None and has_flag:
                self._announce((row,))
            yield row


class MayBeCanary(models.Model):
    """`is_canary` is no field of any form, serializer, filter, import or export. Needs `CanaryQuerySet`."""

    is_canary = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        abstract = True


def reached(rows: Any, actor: Actor, action: str = "read", via: str = "detail") -> Any:
    """Rows of any model that are asked for one by one: with canaries where the model has them."""
    if isinstance(rows, models.Manager):
        rows = rows.all()
    if isinstance(rows, CanaryQuerySet):
        return rows.with_canaries(actor, action, via)
    return rows.for_actor(actor, action)


def searched_rows(rows: Any, actor: Actor, query: str, via: str) -> Any:
    """Rows of any model that are searched for `query`: with canaries where it names something."""
    return reached(rows, actor, via=via) if len(query.strip()) >= SPECIFIC else rows.for_actor(actor)


def belonging(rows: Any, record: Any, actor: Actor) -> Any:
    """What belongs to `record`: beside a canary there may be others."""
    return reached(rows, actor) if getattr(record, "is_canary", False) else rows.for_actor(actor)
