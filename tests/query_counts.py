"""How many SQL statements each page and endpoint costs, kept in a file so that a change is seen in review."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

BASELINE = Path(__file__).with_name("query_baseline.json")
NOT_OURS = re.compile(r"SAVEPOINT|FROM \"accounts_session\"")
REWRITE = "UPDATE_QUERY_BASELINE"


class Counted:
    count = 0


@contextmanager
def counted_queries() -> Iterator[Counted]:
    """`with counted_queries() as queries: …` then `queries.count`.

    Savepoints are not statements of ours, and the session costs every page the same.
    """
    counted = Counted()
    with CaptureQueriesContext(connection) as captured:
        yield counted
    counted.count = sum(not NOT_OURS.search(query["sql"]) for query in captured.captured_queries)


def assert_baseline(name: str, count: int) -> None:
    """Fails when `name` costs another number of statements than the file says; UPDATE_QUERY_BASELINE=1 rewrites."""
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get(REWRITE) == "1":
        BASELINE.write_text(json.dumps({**known, name: count}, indent=2, sort_keys=True) + "\n")
        return
    assert name in known, f"{name} is not in {BASELINE.name}; run once with {REWRITE}=1 and review the figure"
    assert count == known[name], f"{name}: {count} statements, {known[name]} in {BASELINE.name}"
