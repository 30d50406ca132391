r"""Identifiers in one cell of a table, a line each: `register | HRB 12345 | DE | Amtsgericht Kiel`.

A bar or a backslash within a value stands behind a backslash.
"""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from crm.transfer.reading_values import choice_key
from customers.models.choices import IdentifierKind
from customers.models.identifier import Row

NAMES = ("kind", "value", "country", "label")
SPECIAL = re.compile(r"([\\|])")
ESCAPED = re.compile(r"\\(.)")
BAR = re.compile(r"((?:\\.?|[^\\|])*)\|")
KINDS = {choice_key(word): kind.value for kind in IdentifierKind for word in (kind.value, str(kind.label))}


def written(rows: Iterable[Row]) -> str:
    return "\n".join(_line([row[name] for name in NAMES]) for row in rows)


def rows_in(text: str) -> list[dict[str, str]]:
    """Unchecked; a kind may be said in our word for it, too. Raises ValidationError for more than four parts."""
    return [_row(line) for line in text.split("\n") if line.strip()]


def _line(cells: list[str]) -> str:
    while not cells[-1]:
        cells.pop()
    return " | ".join(SPECIAL.sub(r"\\\1", cell) for cell in cells)


def _row(line: str) -> dict[str, str]:
    parts = BAR.findall(line + "|")
    if len(parts) > len(NAMES):
        raise ValidationError("An identifier has four parts at most: kind | number | country | label.", code="invalid")
    cells = [ESCAPED.sub(r"\1", part.strip()) for part in parts]
    row = dict(zip(NAMES, [*cells, "", "", ""], strict=False))
    return {**row, "kind": KINDS.get(choice_key(row["kind"]), row["kind"])}
