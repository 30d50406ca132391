"""What a policy says about one password: pure rules, each with a code and a sentence."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from accounts.models import PasswordPolicy

LONGEST, LONGEST_COMMON = 1000, 64
FEWEST_DIFFERENT = 5
SHORTEST_WORD = 4
EDGES = re.compile(r"^([\W\d_]*)(.*?)([\W\d_]*)$", re.S)
DISGUISE = str.maketrans("@4310$5!7", "aaeiossit")
PERSONAL = ("email", "full_name")
# The first guesses of whoever knows what is installed here (ASVS 6.2.11).
PRODUCT = frozenset({"vouch", "vouchcrm"})


def faults(policy: PasswordPolicy, password: str, person: Any = None) -> list[ValidationError]:
    """Everything that is wrong with it at once, so that nobody has to guess rule by rule."""
    return [*_of_form(policy, password), *_of_content(policy, password, person)]


def _of_form(policy: PasswordPolicy, password: str) -> Iterator[ValidationError]:
    if len(password) < policy.minimum_length:
        yield ValidationError(
            f"Use at least {policy.minimum_length} characters; this one has {len(password)}.", code="password_too_short"
        )
    if len(password) > LONGEST:
        yield ValidationError(f"Use at most {LONGEST} characters.", code="password_too_long")
    if classes_in(password) < policy.required_classes:
        yield ValidationError(
            f"Use at least {policy.required_classes} of these: small letters, capitals, digits, other characters.",
            code="password_too_plain",
        )


def _of_content(policy: PasswordPolicy, password: str, person: Any) -> Iterator[ValidationError]:
    if policy.refuse_common and is_common(password):
        yield ValidationError("This is one of the passwords that everybody tries first.", code="password_too_common")
    if policy.refuse_similar and person is not None and is_similar(password, person):
        yield ValidationError("It holds your name or e-mail address, or nearly.", code="password_too_similar")


def classes_in(password: str) -> int:
    """How many of the four occur: small letters, capitals, digits, anything else."""
    kinds = {("a" if one.islower() else "A" if one.isupper() else "0" if one.isdigit() else "-") for one in password}
    return len(kinds)


def is_common(password: str) -> bool:
    """On the list, also under decoration (`Password1234!`) or disguise (`P@ssw0rd…`); digits alone; few characters."""
    plain = password.lower().strip()[:LONGEST_COMMON]
    if plain.isdigit() or len(set(plain)) < FEWEST_DIFFERENT:
        return True
    bare = _undecorated(plain)
    return not common_passwords().isdisjoint({*bare, *(one.translate(DISGUISE) for one in bare)})


def _undecorated(plain: str) -> set[str]:
    """The text without any of the digits and signs around it, as far as it stays most of the password."""
    before, core, after = (len(part) for part in EDGES.match(plain).groups())  # type: ignore[union-attr]
    if not core:
        before = after = len(plain)
    parts = {plain[start : len(plain) - end] for start in range(before + 1) for end in range(after + 1)}
    return {part for part in parts if len(part) >= SHORTEST_WORD and len(part) * 2 >= len(plain)}


@cache
def common_passwords() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | PRODUCT


def words_of(person: Any) -> list[str]:
    """The parts of the name and of the address before its @ that a password may not hold."""
    text = f"{getattr(person, 'full_name', '')} {getattr(person, 'email', '').partition('@')[0]}".lower()
    return sorted({word for word in re.split(r"[\W\d_]+", text) if len(word) >= SHORTEST_WORD})


def is_similar(password: str, person: Any) -> bool:
    if any(word in password.lower() for word in words_of(person)):
        return True
    try:
        UserAttributeSimilarityValidator(PERSONAL).validate(password, person)
    except ValidationError:
        return True
    return False


def requirements(policy: PasswordPolicy) -> list[tuple[str, str]]:
    """The policy as (rule, sentence), for help texts and for the list beside a new password."""
    last = f"None of your last {policy.remembered}" if policy.remembered > 1 else "Not the one you have now"
    said = (
        ("length", f"At least {policy.minimum_length} characters", True),
        (
            "classes",
            f"At least {policy.required_classes} of: small letters, capitals, digits, other characters",
            policy.required_classes > 0,
        ),
        ("similar", "Without your name or e-mail address", policy.refuse_similar),
        ("common", "Not one of the passwords that everybody tries first", policy.refuse_common),
        ("former", last, True),
    )
    return [(name, sentence) for name, sentence, applies in said if applies]
