"""One percent of a table's pages, the same ones each time: what is common is met there, without asking an index."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

PERCENT = 1
# In the sample: one row in fifty of a million.
COMMON = 200


def sampled(sql: str, rows: QuerySet[Any]) -> str:
    """The same query over the sample, for PostgreSQL. Django has no word for it."""
    table = f'FROM "{rows.model._meta.db_table}"'
    return sql.replace(table, f"{table} TABLESAMPLE SYSTEM ({PERCENT}) REPEATABLE (0)", 1)


def are_few(rows: QuerySet[Any]) -> bool:
    """Few enough to be found and sorted within 50 ms, by a count over the sample.

    PostgreSQL takes what is searched for spread evenly over the order of a list, and would walk along its index to the
    first page; but whom a last name finds stand together in the order of names, maybe at its end.
    """
    if connection.vendor != "postgresql":
        return False
    try:
        sql, params = rows.order_by().values("pk")[:COMMON].query.sql_with_params()
    except EmptyResultSet:
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sampled(sql, rows)}) AS met", params)  # noqa: S608  # nosec B608
        return bool(cursor.fetchone()[0] < COMMON)
