"""Words that are one slip apart: a letter too many, too few, another one, or two that changed places (docs/adr/0054).

Two such words become the same when each loses at most one letter. That is what the index on PostgreSQL keeps of each
title (`search_slips` in crm.core.migration_operations), so that a slip costs as many look-ups as the word has letters.
"""

import string
from typing import Any

from django.db import models
from django.db.models import Lookup

# Of three letters with a slip nothing is left; longer words would make an index of their letters.
SHORTEST, LONGEST = 4, 20
# Between words; an apostrophe is within one. The same in `search_slips`.
BREAKS = string.punctuation.replace("'", "") + "“”„«»–—\t\n"
_SPACED = str.maketrans(dict.fromkeys(BREAKS, " "))


def split_words(folded: str) -> list[str]:
    return folded.translate(_SPACED).split()


def may_slip(word: str) -> bool:
    """A figure is not misspelt, it is another figure."""
    return SHORTEST <= len(word) <= LONGEST and not any(map(str.isdigit, word))


def one_less(word: str) -> set[str]:
    """The word itself, and without each of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_one_slip_apart(one: str, other: str) -> bool:
    """Or the same."""
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return abs(len(one) - len(other)) <= 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


@models.TextField.register_lookup
class Slipped(Lookup):
    """`search_text__slipped=word`: rows whose title may have a word one slip apart, to be looked at again."""

    lookup_name = "slipped"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"search_slips({column}) && %s::text[]", [*params, sorted(one_less(self.rhs))]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """By every way to write it with a slip: enough for a database that is read as a whole anyway."""
        column, params = self.process_lhs(compiler, connection)
        patterns = sorted(_patterns(self.rhs))
        likes = " OR ".join([f"{column} LIKE %s ESCAPE '\\'"] * len(patterns))
        return f"({likes})", [value for pattern in patterns for value in (*params, f"%{pattern}%")]


def _patterns(word: str) -> set[str]:
    """Of LIKE, where `_` is any letter. One letter too many, at the end, has the word itself within."""
    letters = [f"\\{letter}" if letter in "\\%_" else letter for letter in word]
    found = {word}
    for place in range(len(letters)):
        before, after = letters[:place], letters[place + 1 :]
        found |= {
            "".join((*before, *after)),
            "".join((*before, "_", *after)),
            "".join((*before, "_", *letters[place:])),
        }
        if after:
            found.add("".join((*before, after[0], letters[place], *after[1:])))
    return found
