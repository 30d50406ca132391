"""Query counts are kept in a file and reviewed when they change: UPDATE_QUERY_BASELINE=1 rewrites them."""

import json
import os
from pathlib import Path

BASELINE = Path(__file__).with_name("query_baseline.json")


def assert_baseline(name: str, count: int) -> None:
    """Fails when a page needs another number of queries than the baseline says, more or fewer."""
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get("UPDATE_QUERY_BASELINE"):
        BASELINE.write_text(json.dumps({**known, name: count}, indent=2, sort_keys=True) + "\n")
        return
    assert known.get(name) == count, f"{name}: {count} queries, the baseline says {known.get(name)}"
