"""What a person can be recognised by in any text: e-mail addresses, phone numbers in every way of writing, names."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers

from crm.core.erasable import ERASED

SHORTEST_NAME = 3
SHORTEST_NUMBER = 5
BETWEEN_DIGITS = r"[\s\-./()]{0,4}"
BETWEEN_WORDS = r"[\s._-]+"


@dataclass(frozen=True)
class Identifiers:
    """`names` are (first, last); a single word is no proof in a stranger's text, only in one about the person."""

    emails: frozenset[str]
    phones: frozenset[str]
    names: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, emails: Iterable[str], phones: Iterable[str], names: Iterable[tuple[str, str]]) -> "Identifiers":
        cleaned = frozenset((first.strip(), last.strip()) for first, last in names if (first + last).strip())
        return cls(frozenset(filter(None, emails)), frozenset(filter(None, phones)), cleaned)

    def __or__(self, other: "Identifiers") -> "Identifiers":
        return Identifiers(self.emails | other.emails, self.phones | other.phones, self.names | other.names)

    def __bool__(self) -> bool:
        return bool(self._parts)

    @cached_property
    def strict(self) -> re.Pattern[str]:
        """Whole addresses, numbers and full names."""
        return re.compile("|".join(self._parts) or r"(?!)", re.IGNORECASE)

    @cached_property
    def close(self) -> re.Pattern[str]:
        """For texts about the person: a first or last name alone is enough."""
        words = sorted({word for pair in self.names for word in pair if len(word) >= SHORTEST_NAME}, key=len)
        return re.compile("|".join([*self._parts, *map(_whole, reversed(words))]) or r"(?!)", re.IGNORECASE)

    @cached_property
    def loose(self) -> str:
        """For the database, whose dialect knows no look-around: finds all that `strict` finds, and a little more."""
        numbers = (BETWEEN_DIGITS.join(_parsed(phone)[1]) for phone in self.phones if _is_long(phone))
        escaped = (re.escape(email) for email in self.emails)
        written = [one for text in escaped for one in (text, _as_json(text))]
        return "|".join(dict.fromkeys([*written, *self._loose_names(), *numbers]))

    def redact(self, value: Any, is_close: bool = False) -> Any:
        """The same text, or JSON of any depth, with the placeholder for each mention."""
        if isinstance(value, str):
            return (self.close if is_close else self.strict).sub(ERASED, value)
        if isinstance(value, list):
            return [self.redact(one, is_close) for one in value]
        if isinstance(value, dict):
            return {name: self.redact(one, is_close) for name, one in value.items()}
        return value

    @cached_property
    def _parts(self) -> list[str]:
        emails = (rf"(?<![\w.+-]){re.escape(email)}(?![\w-])" for email in sorted(self.emails, key=len, reverse=True))
        names = (rf"\b{BETWEEN_WORDS.join(map(re.escape, words))}\b" for words in self._orders())
        commas = (rf"\b{re.escape(last)},\s*{re.escape(first)}\b" for first, last in self.names if first and last)
        return [*emails, *commas, *names, *(_number(phone) for phone in sorted(self.phones) if _is_long(phone))]

    def _orders(self) -> list[list[str]]:
        """The words of each full name in both orders; longest first, so that no part is left behind."""
        full = [pair for pair in self.names if all(pair)]
        both = [f"{a} {b}".split() for first, last in full for a, b in ((first, last), (last, first))]
        return sorted(both, key=lambda words: -len(" ".join(words)))

    def _loose_names(self) -> list[str]:
        spellings = ([re.escape(word) for word in words] for words in self._orders())
        escaped = [(words, list(map(_as_json, words))) for words in spellings]
        between = r"[\s._,-]+"
        return [between.join(words) for pair in escaped for words in pair]


def _whole(word: str) -> str:
    return rf"\b{re.escape(word)}\b"


def _as_json(pattern: str) -> str:
    """As SQLite keeps JSON: `ü` is \\u00fc there."""
    return json.dumps(pattern)[1:-1].replace("\\\\", "\\").replace("\\u", "\\\\u")


def _parsed(phone: str) -> tuple[str, str]:
    """Country code and national digits of E.164."""
    number = phonenumbers.parse(phone)
    return str(number.country_code), phonenumbers.national_significant_number(number)


def _is_long(phone: str) -> bool:
    try:
        return len(_parsed(phone)[1]) >= SHORTEST_NUMBER
    except phonenumbers.NumberParseException:
        return False


def _number(phone: str) -> str:
    country, national = _parsed(phone)
    abroad = rf"(?:\+|00){BETWEEN_DIGITS}{country}{BETWEEN_DIGITS}(?:\(0\){BETWEEN_DIGITS})?"
    in_brackets = r"\((?=[\d\s]{1,8}\)[\s\-./\d])0?"
    prefix = rf"(?:{abroad}|{in_brackets}|0|{country})?"
    return rf"(?<!\d){prefix}{BETWEEN_DIGITS.join(national)}(?!\d)(?:;ext=\d+)?"
