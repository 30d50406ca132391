"""The tools, all of which read: what each takes, and which question to the API it asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from crm.agents.inputs import get_input, list_input, search_input, timeline_input
from crm.agents.kinds import KINDS, SEARCHED, WITH_TIMELINE, address_of, readable
from crm.agents.reading import Question
from crm.agents.schemas import Schema
from crm.core.actor import Actor

Arguments = Mapping[str, Any]
READS_ONLY = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
# Where the API has another word.
WORDS = {"limit": "page_size", "query": "q", "entries": "kind"}


@dataclass(frozen=True, slots=True)
class Tool:
    """`schema` is told which kinds may be named; `shown` makes of the API's answer what an agent can go on with."""

    name: str
    title: str
    description: str
    kinds: tuple[str, ...]
    schema: Callable[[list[str]], Schema]
    question: Callable[[Arguments], Question]
    shown: Callable[[Any], Any] = dict

    def described_for(self, actor: Actor) -> dict[str, Any] | None:
        """As `tools/list` shows it; None where the actor may read no record that it is for."""
        kinds = readable(actor, self.kinds)
        shown = {"name": self.name, "title": self.title, "description": self.description, "annotations": READS_ONLY}
        return {**shown, "inputSchema": self.schema(kinds)} if kinds else None


def sent(arguments: Arguments, *wanted: str) -> dict[str, str]:
    """The arguments of these names as parameters."""
    return {WORDS.get(name, name): as_parameter(arguments[name]) for name in wanted if name in arguments}


def as_parameter(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(as_parameter, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def going_on(name: str) -> Callable[[Any], dict[str, Any]]:
    """Instead of addresses of the API, the argument that reads on: `next_cursor`, or `next_before`."""

    def shown(body: dict[str, Any]) -> dict[str, Any]:
        following = parse_qs(urlsplit(body["next"] or "").query).get(name, [None])[0]
        kept = {key: value for key, value in body.items() if key not in ("next", "previous")}
        return {**kept, f"next_{name}": following}

    return shown


def _listed(arguments: Arguments) -> Question:
    filters = {name: as_parameter(value) for name, value in arguments.get("filters", {}).items()}
    params = sent(arguments, "search", "ordering", "fields", "expand", "limit", "cursor")
    return Question(address_of(arguments["kind"]), {**filters, **params})


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "search", "Search", "Finds records by what stands in them, best first, and says where each word was found.",
            SEARCHED, search_input,
            lambda given: Question(reverse("api:search"), sent(given, "query", "kinds", "limit")),
        ),
        Tool(
            "list_records", "List records", "Lists records of one kind, filtered, sorted and page by page.",
            KINDS, list_input, _listed, going_on("cursor"),
        ),
        Tool(
            "get_record", "Get a record", "Shows one record in full, by its kind and id.",
            KINDS, get_input,
            lambda given: Question(
                address_of(given["kind"], "detail", pk=given["id"]), sent(given, "fields", "expand")
            ),
        ),
        Tool(
            "record_timeline", "Timeline of a record", "Tells what happened around a record, newest first.",
            WITH_TIMELINE, timeline_input,
            lambda given: Question(
                address_of(given["kind"], "timeline", pk=given["id"]), sent(given, "entries", "before")
            ),
            going_on("before"),
        ),
    )
}  # fmt: skip
