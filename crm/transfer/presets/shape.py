"""How a preset is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.transfer.reading_values import choice_key


def header_key(header: str) -> str:
    """`Person - Name*`, `person - name` and `PERSON_NAME` are the same heading."""
    return choice_key(header.strip().removesuffix("*"))


@dataclass(frozen=True, slots=True)
class Preset:
    """`fields` maps header keys to fields; `signature` are the keys a file must have to be recognised."""

    source: str
    resource: str
    signature: frozenset[str]
    fields: Mapping[str, str]
    left_out: frozenset[str] = frozenset()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def preset(
    source: str,
    resource: str,
    signature: tuple[str, ...],
    fields: Mapping[str, str],
    left_out: tuple[str, ...] = (),
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> Preset:
    """From headers as the other program writes them."""
    return Preset(
        source,
        resource,
        frozenset(map(header_key, signature)),
        {header_key(header): name for header, name in fields.items()},
        frozenset(map(header_key, left_out)),
        {name: {choice_key(word): value for word, value in words.items()} for name, words in (choices or {}).items()},
    )
