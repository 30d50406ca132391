"""The few rows among which a search ranks: no more than a bound per kind, however common the word (docs/adr/0054)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Func, QuerySet
from django.db.models.functions import Left

from crm.core.sampling import sampled

MOST = 100
# Of the title, what the index of beginnings holds; and what is read of it.
BEGINNING, TITLE = 40, 200

K = TypeVar("K")


class Beginning(Func):
    """How the search text begins, in the order of the index `…_beginning` (crm.core.migration_operations)."""

    output_field = models.TextField()
    template = f"substr(%(expressions)s, 1, {BEGINNING})"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=f'(left(%(expressions)s, {BEGINNING}) COLLATE "C")')


class Candidate(NamedTuple):
    """`text` is the title, or the whole search text, folded."""

    id: UUID
    text: str


def beginning_with(title: str, rows: Mapping[K, QuerySet[Any]], most: int) -> dict[K, list[Candidate]]:
    """In one statement, by the index of beginnings and in its order; none for a title longer than it holds."""
    if len(title) > BEGINNING:
        return {}
    start = Beginning("search_text")
    limited = {
        kind: some.alias(start=start).filter(start__startswith=title).order_by("start")[:most]
        for kind, some in rows.items()
    }
    return _read(limited, Left("search_text", TITLE), "{}")


def among(rows: Mapping[K, QuerySet[Any]], most: int, whole: bool = False) -> dict[K, list[Candidate]]:
    """In one statement, some of the rows: those that are met first.

    Planned as if all of them were wanted, that is by the index, and read only as far as they are. A plain LIMIT makes
    PostgreSQL bet on meeting enough of them soon in the table itself, which costs a second when there are none.
    """
    fenced = f"WITH found AS MATERIALIZED ({{}}) SELECT * FROM found LIMIT {most}"  # noqa: S608  # nosec B608  # a number
    return _read(rows, F("search_text") if whole else Left("search_text", TITLE), fenced)


def among_common(rows: Mapping[K, QuerySet[Any]], most: int, enough: int) -> dict[K, list[Candidate]]:
    """As `among`, for rows that may be many: looked for in some of the pages, and by the index where they have not
    enough.

    The index lists all rows with a word, 60 ms for 300,000 of a million, before it gives the first. Of a word that one
    row in two hundred has, the pages have enough; what is rarer is listed in the time that they take.
    """
    if connection.vendor != "postgresql":
        return among(rows, most)
    form = (
        "WITH near AS MATERIALIZED ({{sampled}} LIMIT {most}), found AS MATERIALIZED ({{}}) SELECT * FROM near "
        "UNION ALL SELECT * FROM found WHERE (SELECT count(*) FROM near) < {enough} "
        "AND pk NOT IN (SELECT pk FROM near) LIMIT {most}"
    )
    return _read(rows, Left("search_text", TITLE), form.format(most=most, enough=enough))


def _read(rows: Mapping[K, QuerySet[Any]], text: Any, form: str) -> dict[K, list[Candidate]]:
    parts = list(_compiled(rows, text, form))
    found: dict[K, list[Candidate]] = {}
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(sql for _kind, sql, _params in parts),
                [value for _kind, _sql, params in parts for value in params],
            )
            for number, pk, content in cursor.fetchall():
                known = pk if isinstance(pk, UUID) else UUID(pk)
                found.setdefault(parts[number][0], []).append(Candidate(known, content))
    return found


def _compiled(rows: Mapping[K, QuerySet[Any]], text: Any, form: str) -> Iterator[tuple[K, str, tuple[Any, ...]]]:
    """Not run as querysets: what is only looked at is not handed out (crm.core.canaries)."""
    number = 0
    for kind, some in rows.items():
        try:
            sql, params = some.values_list("pk", text).query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        inner, times = form.format(sql, sampled=sampled(sql, some)), 1 + form.count("{sampled}")
        yield kind, f"SELECT {number}, one.* FROM ({inner}) AS one", params * times  # noqa: S608  # nosec B608
        number += 1
