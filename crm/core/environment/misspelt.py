"""Names that look like ours and are none: a setting that somebody believes to be in force."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

ALIKE = 0.88  # by difflib's ratio; one letter of eight
SHORTEST = 6


def misspelt(environ: Iterable[str], ours: Iterable[str]) -> Mapping[str, str]:
    """What stands there → what was probably meant, also for `…_FILE`."""
    known = {spelling for name in ours for spelling in (name, f"{name}_FILE")}
    strange = [given for given in environ if given == given.upper() and len(given) >= SHORTEST and given not in known]
    found = {given: get_close_matches(given, known, 1, ALIKE) for given in strange}
    return {given: near[0] for given, near in found.items() if near}
