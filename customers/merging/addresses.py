"""The postal address that a merge does not choose is kept among the further ones, whole, as it was."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst

from crm.core.records import Record

PARTS = ("street", "postal_code", "city", "state", "country")
KINDS = ("billing", "shipping", "")
FURTHER = "further_addresses"

Row = dict[str, str]


def with_addresses(winner: Record, loser: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were chosen, and beside them each address of either that is not whole in one of them."""
    if FURTHER not in values:
        return dict(values)
    stay = [*_addresses(values), *values[FURTHER]]
    kept: list[Row] = []
    for row in (*addresses_of(winner), *addresses_of(loser)):
        if not any(_covers(one, row) for one in (*stay, *kept)):
            kept.append(row)
    return {**values, FURTHER: [*kept, *values[FURTHER]]}


def addresses_of(record: Record) -> list[Row]:
    """Its own, as rows of further addresses whose label is their kind."""
    return list(_addresses(record.__dict__))


def _addresses(values: Mapping[str, Any]) -> Iterator[Row]:
    for kind in KINDS:
        names = {part: f"{kind}_{part}" if kind else part for part in PARTS}
        row = {part: values.get(name) or "" for part, name in names.items()}
        if any(row.values()):
            yield {"label": str(capfirst(kind)), **row}


def _covers(one: Mapping[str, str], other: Row) -> bool:
    """Whether all that the other says stands in this one."""
    return all(not other[part] or one.get(part, "") == other[part] for part in PARTS)


def all_addresses(this: Record, other: Record) -> list[Row]:
    """Of both, each once: what is on the record afterwards, whichever values are chosen."""
    found: list[Row] = []
    for row in (*addresses_of(this), *addresses_of(other)):
        if not any(all(one[part] == row[part] for part in PARTS) for one in found):
            found.append(row)
    return found
