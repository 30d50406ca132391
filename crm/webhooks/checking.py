"""What an endpoint may be: its address, its events, its fields."""

from collections.abc import Iterable
from typing import Any

from crm.core.actor import Actor
from crm.core.errors import invalid_field
from crm.core.outgoing import AddressRefused, check_address
from crm.webhooks.catalogue import EVERYTHING, HOOKED, Hooked, fields_of, in_singular, kinds_of, types_of

MOST_LISTED = 100


def check_url(url: str) -> None:
    """What can be said without asking the network; the address itself is judged at each call. Raises Invalid."""
    try:
        check_address(url)
    except (AddressRefused, ValueError) as error:
        message = str(error) if isinstance(error, AddressRefused) else "This is no web address."
        raise invalid_field("url", message, "address_refused") from None
    if "#" in url:
        raise invalid_field("url", "Leave out what follows #: it would not be sent.", "address_refused")


def checked_events(actor: Actor, events: Any) -> list[str]:
    """Without repetitions. Raises Invalid for a pattern that means nothing, and for a kind the actor may not read."""
    patterns = _texts("events", events)
    if not patterns:
        raise invalid_field("events", "Choose at least one event.", "required")
    if unknown := [one for one in patterns if not types_of(one)]:
        known = ", ".join(f"{one.kind}.{EVERYTHING}" for one in HOOKED)
        message = f"There is no event {unknown[0]}. Known are types such as {HOOKED[0].types[0]}, {known} and *."
        raise invalid_field("events", message, "unknown_event")
    for one in kinds_of(patterns):
        if not actor.may(f"{one.model.RESOURCE}:read"):
            raise invalid_field("events", f"You may not read what {one.kind}.* tells of.", "out_of_reach")
    return patterns


def checked_fields(events: Iterable[str], names: Any) -> list[str]:
    """Raises Invalid for what is no field of any kind that is listened to."""
    wanted, kinds = _texts("changed_fields", names), _kinds(events)
    known = {field for one in kinds for field in fields_of(one)} if wanted else set()
    if unknown := [one for one in wanted if one not in known]:
        raise invalid_field("changed_fields", f"{unknown[0]} is no field of what you listen to.", "unknown_field")
    return wanted


def _kinds(events: Iterable[str]) -> list[Hooked]:
    return list(HOOKED) if EVERYTHING in map(in_singular, events) else kinds_of(events)


def _texts(field: str, values: Any) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        raise invalid_field(field, "A list of texts.", "invalid")
    found = list(dict.fromkeys(one.strip() for one in values if one.strip()))
    if len(found) > MOST_LISTED:
        raise invalid_field(field, f"At most {MOST_LISTED}.", "max_length")
    return found
