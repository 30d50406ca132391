"""What each tool takes, given the kinds of records that may be named."""

from crm.agents.kinds import filters_of
from crm.agents.schemas import ID, PLAIN, Schema, closed, limit, names, text
from crm.core.timeline import KINDS as ENTRIES


def search_input(kinds: list[str]) -> Schema:
    of = {"type": "array", "items": {"enum": kinds}, "minItems": 1, "description": "Only these kinds."}
    query = text("Words or fragments of a name, e-mail address, phone number, note …", minLength=2, maxLength=200)
    return closed({"query": query, "kinds": of, "limit": limit("Hits per kind; 6 unless said.")}, "query")


def list_input(kinds: list[str]) -> Schema:
    known = "; ".join(f"{kind}: {', '.join(filters_of(kind))}" for kind in kinds)
    filters = {
        "type": "object",
        "additionalProperties": {"anyOf": [PLAIN, {"type": "array", "items": PLAIN}]},
        "description": f"Name and value. There are for {known}.",
    }
    properties = {
        "kind": {"enum": kinds},
        "search": text("Words or fragments that the records hold."),
        "filters": filters,
        "ordering": text("A field, with - for descending, such as -created_at."),
        "fields": names("Only these fields."),
        "expand": names("Links to show as records, such as customer or owner."),
        "limit": limit("Records per page; 50 unless said."),
        "cursor": text("`next_cursor` of the page before."),
    }
    return closed(properties, "kind")


def get_input(kinds: list[str]) -> Schema:
    fields, expand = names("Only these fields."), names("Links to show as records, such as customer or owner.")
    return closed({"kind": {"enum": kinds}, "id": ID, "fields": fields, "expand": expand}, "kind", "id")


def timeline_input(kinds: list[str]) -> Schema:
    entries = {"enum": list(ENTRIES), "description": "Only entries of this sort."}
    before = text("`next_before` of the page before.")
    return closed({"kind": {"enum": kinds}, "id": ID, "entries": entries, "before": before}, "kind", "id")
