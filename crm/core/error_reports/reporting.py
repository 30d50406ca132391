"""What is told of an error: its kind, where in our code, under which trace and route. Never what people entered."""

import re
from typing import Any

import sentry_sdk

from crm.core.logs import scrub
from crm.core.trace import current_route, current_trace_id

# PostgreSQL quotes the row: `DETAIL:  Key (email)=(olive@north.example) already exists.`
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*$", re.M)
VALUES = re.compile(r"\([^()\n]*\)=\([^\n]*\)")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
LONGEST = 500


def report(error: BaseException, event: str) -> None:
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("trace_id", current_trace_id())
        scope.set_tag("route", current_route())
        scope.set_tag("event", event)
        scope.capture_exception(error)


def scrubbed(event: Any, _hint: dict[str, Any]) -> Any:
    """Of each exception its message without secrets, addresses and rows; of each frame the place and our own lines."""
    for name in ("request", "user", "breadcrumbs", "extra", "server_name", "modules"):
        event.pop(name, None)
    for one in (event.get("exception") or {}).get("values", ()):
        one["value"] = without_people(str(one.get("value", "")))
        for frame in (one.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    return event


def without_people(message: str) -> str:
    text = VALUES.sub("[row]", DETAIL.sub("", str(scrub(message))))
    return ADDRESS.sub("[address]", text).strip()[:LONGEST]
