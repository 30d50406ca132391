"""The few rows among which a search ranks: no more than a bound per kind, however common the word (docs/adr/0054)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from crm.core.sampling import sampled

MOST = 100
# Of the title, what the index of beginnings holds; and what is read of it.
BEGINNING, TITLE = 40, 200
# How the search text begins, in the order of the index `…_beginning` (crm.core.migration_operations).
BEGINS = {
    "postgresql": f'(left(search_text, {BEGINNING}) COLLATE "C")',
    "sqlite": f"substr(search_text, 1, {BEGINNING})",
}

K = TypeVar("K")
Sql = tuple[str, tuple[Any, ...]]


class Candidate(NamedTuple):
    """`text` is the title, or the whole search text, folded."""

    id: UUID
    text: str


class Scope(NamedTuple):
    """What is searched of a kind: written as SQL once for all statements of a search, for that takes Django a while."""

    model: type[Any]
    rows: Sql


def scopes_of(rows: Mapping[K, QuerySet[Any]]) -> dict[K, Scope]:
    """None for a kind of which nothing is searched.

    Not run as querysets: what is only looked at is not handed out (crm.core.canaries).
    """
    found = {}
    for kind, some in rows.items():
        try:
            sql, params = some.values("id", "search_text").query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        found[kind] = Scope(some.model, (sql, params))
    return found


def beginning_with(title: str, scopes: Mapping[K, Scope], most: int) -> dict[K, list[Candidate]]:
    """In one statement, by the index of beginnings and in its order; none for a title longer than it holds."""
    if len(title) > BEGINNING:
        return {}
    start, pattern = BEGINS[connection.vendor], f"{connection.ops.prep_for_like_query(title)}%"
    where = f"{start} LIKE %s ESCAPE '\\'", (pattern,)
    return _read(scopes, lambda _model: where, f"{{found}} ORDER BY {start} LIMIT {most}")


def among(scopes: Mapping[K, Scope], condition: Q, most: int, whole: bool = False) -> dict[K, list[Candidate]]:
    """In one statement, some of the rows that meet the condition: those that are met first.

    Planned as if all of them were wanted, that is by the index, and read only as far as they are. A plain LIMIT makes
    PostgreSQL bet on meeting enough of them soon in the table itself, which costs a second when there are none.
    """
    form = f"WITH found AS MATERIALIZED ({{found}}) SELECT * FROM found LIMIT {most}"  # noqa: S608  # nosec B608  # a number
    return _read(scopes, partial(_where, condition), form, whole)


def among_common(scopes: Mapping[K, Scope], condition: Q, most: int, enough: int) -> dict[K, list[Candidate]]:
    """As `among`, for rows that may be many: looked for in some of the pages, and by the index where they have not
    enough.

    The index lists all rows with a word, 60 ms for 300,000 of a million, before it gives the first. Of a word that one
    row in two hundred has, the pages have enough; what is rarer is listed in the time that they take.
    """
    if connection.vendor != "postgresql":
        return among(scopes, condition, most)
    form = (
        "WITH near AS MATERIALIZED ({{sampled}} LIMIT {most}), found AS MATERIALIZED ({{found}}) SELECT * FROM near "
        "UNION ALL SELECT * FROM found WHERE (SELECT count(*) FROM near) < {enough} "
        "AND id NOT IN (SELECT id FROM near) LIMIT {most}"
    )
    return _read(scopes, partial(_where, condition), form.format(most=most, enough=enough))


def _where(condition: Q, model: type[Any]) -> Sql:
    query = model._base_manager.filter(condition).query
    sql, params = query.get_compiler(connection=connection).compile(query.where)
    return sql, tuple(params)


def _read(
    scopes: Mapping[K, Scope], where: Callable[[type[Any]], Sql], form: str, whole: bool = False
) -> dict[K, list[Candidate]]:
    kinds, found = list(scopes), dict[K, list[Candidate]]()
    if kinds:
        sql, params = _statement(list(scopes.values()), where, form, whole)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            for number, pk, content in cursor.fetchall():
                known = pk if isinstance(pk, UUID) else UUID(pk)
                found.setdefault(kinds[number], []).append(Candidate(known, content))
    return found


def _statement(scopes: list[Scope], where: Callable[[type[Any]], Sql], form: str, whole: bool) -> tuple[str, list[Any]]:
    """The condition is of a column that all kinds have: written for the first one, by whose name each is called."""
    first, text = scopes[0].model, "search_text" if whole else f"substr(search_text, 1, {TITLE})"
    condition, values = where(first)
    parts, params = [], []
    for number, scope in enumerate(scopes):
        rows = f'SELECT id, search_text FROM ({scope.rows[0]}) AS "{first._meta.db_table}" WHERE {condition}'  # noqa: S608  # nosec B608
        found = form.format(found=rows, sampled=sampled(rows, scope.model))
        parts.append(f"SELECT {number}, id, {text} FROM ({found}) AS one")  # noqa: S608  # nosec B608
        params += [*scope.rows[1], *values] * (form.count("{found}") + form.count("{sampled}"))
    return " UNION ALL ".join(parts), params
