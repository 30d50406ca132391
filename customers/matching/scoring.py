"""How sure it is that two records are one: points for what they share, and off for what contradicts, with reasons."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from customers.matching.traits import Traits

ENOUGH = 55
ALIKE = 0.8

# What → (points, how it is said).
POINTS = {
    "email": 50,
    "phone": 30,
    "identifier": 40,
    "domain": 25,
    "same_name": 45,
    "similar_name": 30,
    "place": 15,
    "other_name": -30,
    "other_number": -40,
}
SAID = {
    "email": _("Same e-mail address"),
    "phone": _("Same phone number"),
    "identifier": _("Same identifier"),
    "domain": _("Same web domain"),
    "same_name": _("Same name"),
    "similar_name": _("Similar name"),
    "place": _("Same city or company"),
    "other_name": _("Different names"),
    "other_number": _("Different tax ID, LEI or birthday"),
}

Reasons = list[tuple[str, int]]


def reasons(one: Traits, other: Traits) -> Reasons:
    """[(what, points)], in the order of SAID."""
    return [(what, POINTS[what]) for what in _shared(one, other)]


def score(found: Reasons) -> int:
    return max(0, min(100, sum(points for _what, points in found)))


def _shared(one: Traits, other: Traits) -> Iterator[str]:
    if one.email and one.email == other.email:
        yield "email"
    if one.phones & other.phones:
        yield "phone"
    if one.numbers & other.numbers:
        yield "identifier"
    if one.domain and one.domain == other.domain:
        yield "domain"
    yield from _names(one, other)
    if one.place and one.place == other.place:
        yield "place"
    if _differ(one.secret, other.secret) or _differ(one.lei, other.lei):
        yield "other_number"


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _names(one: Traits, other: Traits) -> Iterator[str]:
    """One without a name contradicts nobody; a part of the other's words is similar, too."""
    if not one.words or not other.words:
        return
    if one.words == other.words:
        yield "same_name"
    elif set(one.words) <= set(other.words) or set(other.words) <= set(one.words) or _ratio(one, other) >= ALIKE:
        yield "similar_name"
    else:
        yield "other_name"


def _ratio(one: Traits, other: Traits) -> float:
    matcher = SequenceMatcher(None, one.name, other.name, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
