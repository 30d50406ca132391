"""One query over every kind of record; apps register their kinds in crm.wiring."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from crm.core.actor import Actor
from crm.core.canaries import searched_rows
from crm.core.search_finding import Found, exact, similar
from crm.core.search_marks import Match, marked, matches_of
from crm.core.searching import SHORTEST_FRAGMENT, words_of
from crm.core.sensitive import masked

PER_KIND = 6
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """`detail` is a URL name; `about` writes the line beside the title; `forgives` slips where the title is a name.

    `rest` is what the kind's list (`<name>:list`) is asked for beside the words; None where there is no list.
    """

    name: str
    label: str
    model: type[Any]
    detail: str
    icon: str = ""
    joins: tuple[str, ...] = ()
    about: Callable[[Actor, Any], str] = lambda actor, record: ""
    forgives: bool = True
    rest: Mapping[str, str] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """`words` are those of the query, as the record spells them."""

    id: Any
    url: str
    title: str
    subtitle: str
    icon: str
    matches: list[Match]
    words: tuple[str, ...]

    @property
    def marked_title(self) -> SafeString:
        return marked(self.title, self.words)

    @property
    def elsewhere(self) -> list[Match]:
        """What neither the title nor the line beside it shows already."""
        return [match for match in self.matches if match.value not in f"{self.title}\n{self.subtitle}"]


@dataclass(frozen=True, slots=True)
class Group:
    """`more` says that the kind's own list, searched for the same words, shows further records."""

    kind: Kind
    items: list[Hit]
    more: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """`similar`: nothing holds the words; what is here does but for a slip in each."""

    groups: list[Group]
    similar: bool = False


_kinds: list[Kind] = []


def register_kind(kind: Kind) -> None:
    _kinds.append(kind)


def kinds_for(actor: Actor) -> list[Kind]:
    """Those of which the actor may read any record."""
    return [kind for kind in _kinds if actor.may(f"{kind.model.RESOURCE}:read")]


def search(actor: Actor, query: str, limit: int = PER_KIND, among: Container[str] | None = None) -> Findings:
    """Among what the actor may read, of the kinds named or of all; best first; nothing for less than two characters.

    Two statements find, one or two more where nothing holds the words, and one per kind reads what is shown.
    """
    words = words_of(query)
    if len(query.strip()) < SHORTEST_FRAGMENT or not words:
        return Findings([])
    kinds = [kind for kind in kinds_for(actor) if among is None or kind.name in among]
    rows = {kind: _rows(kind, actor, query) for kind in kinds}
    if groups := _groups(rows, exact(rows, words, actor, limit + 1), actor, limit):
        return Findings(groups)
    forgiving = {kind: rows[kind] for kind in kinds if kind.forgives}
    close = similar(forgiving, words, actor, limit + 1)
    groups = _groups(rows, {kind: found[:limit] for kind, found in close.items()}, actor, limit)
    return Findings(groups, similar=bool(groups))


def _rows(kind: Kind, actor: Actor, query: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = searched_rows(kind.model.objects.all(), actor, query, "search")
    return rows.filter(archived_at__isnull=True)


def _groups(
    rows: Mapping[Kind, QuerySet[Any]], found: Mapping[Kind, list[Found]], actor: Actor, limit: int
) -> list[Group]:
    hits = {kind: _hits(kind, rows[kind], some[:limit], actor) for kind, some in found.items() if some}
    return [Group(kind, some, len(found[kind]) > limit) for kind, some in hits.items() if some]


def _hits(kind: Kind, rows: QuerySet[Any], found: list[Found], actor: Actor) -> list[Hit]:
    records = rows.select_related(*kind.joins).in_bulk([one.id for one in found])
    # Forty addresses of one form would be looked up one by one.
    page = reverse(kind.detail, args=[NOBODY])
    return [_hit(kind, page, actor, masked(actor, records[one.id]), one.words) for one in found if one.id in records]


def _hit(kind: Kind, page: str, actor: Actor, record: Any, words: tuple[str, ...]) -> Hit:
    url = page.replace(str(NOBODY), str(record.pk))
    title = " ".join(str(record).split())
    return Hit(record.pk, url, title, kind.about(actor, record), kind.icon, matches_of(record, words), words)
