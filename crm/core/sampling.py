"""One percent of a table's pages, the same ones each time: what is common is met there, without asking an index."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

PERCENT = 1
# In the sample, so that it is three rows in two hundred.
COMMON = 150
# How many rows of the list are walked past for one of a page, at most, before a sort of what is found costs less.
PATIENCE = 75


def sampled(sql: str, model: type[Any]) -> str:
    """The same query over the sample, for PostgreSQL. Django has no word for it."""
    table = f'FROM "{model._meta.db_table}"'
    return sql.replace(table, f"{table} TABLESAMPLE SYSTEM ({PERCENT}) REPEATABLE (0)", 1)


def are_few(found: QuerySet[Any], listed: QuerySet[Any]) -> bool:
    """Whether what a search finds is better sorted as a whole: `listed` are those of it that the list shows.

    PostgreSQL takes what is searched for spread evenly over the order of a list, and would walk along its index to the
    first page; but whom a last name finds stand together in the order of names, maybe at its end. To sort is right up
    to three rows in two hundred (30 ms of a million), and beyond where the list shows so few that the walk is long.
    """
    if connection.vendor != "postgresql":
        return False
    if (met := _met(found)) < COMMON:
        return True
    size = _met(found.model._base_manager.all())
    return met * _met(listed) < PATIENCE * size * PERCENT / 100


def _met(rows: QuerySet[Any]) -> int:
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sampled(sql, rows.model)}) AS met", params)  # noqa: S608  # nosec B608
        return int(cursor.fetchone()[0])
