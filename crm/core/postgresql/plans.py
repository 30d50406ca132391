"""How PostgreSQL would carry out a statement: EXPLAIN without ANALYZE, so that nothing is done again.

Only kinds of steps, tables, indexes and estimates are kept: conditions quote the values that were searched for.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, connection, transaction

EXPLAINED = re.compile(r"\s*\(?\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.I)
# A statement that waited for a lock must not be waited for again.
SHORT = "SET LOCAL lock_timeout = '500ms'; SET LOCAL statement_timeout = '2s'"


def may_be_explained(sql: str) -> bool:
    return bool(EXPLAINED.match(sql))


def plan_of(sql: str, params: Any) -> list[str] | None:
    """One line per step, indented by its depth; None where the database does not tell."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SHORT)
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            (found,) = cursor.fetchone()
            # In a thread of its own nothing else is in this transaction; in a test everything is.
            cursor.execute("SET LOCAL lock_timeout = DEFAULT; SET LOCAL statement_timeout = DEFAULT")
    except DatabaseError:
        return None
    return list(steps(found[0]["Plan"]))


def steps(plan: dict[str, Any], depth: int = 0) -> Iterator[str]:
    words = [plan.get("Join Type", ""), plan["Node Type"]]
    words += [f"{word} {plan[key]}" for word, key in (("on", "Relation Name"), ("by", "Index Name")) if key in plan]
    yield f"{'  ' * depth}{' '.join(filter(None, words))} (rows {plan['Plan Rows']}, cost {plan['Total Cost']:.0f})"
    for below in plan.get("Plans", ()):
        yield from steps(below, depth + 1)
