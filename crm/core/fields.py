"""Model fields that check what enters at the edge, and never alter its meaning."""

import re
import unicodedata
from functools import cache
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

CONTROL_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
PLAIN_PHONE = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
SURROGATES = re.compile("[\ud800-\udfff]")


def refuse_control_characters(value: str, pattern: re.Pattern[str] = CONTROL_IN_LINE) -> None:
    if pattern.search(value) or SURROGATES.search(value):
        raise ValidationError("Control characters are not accepted.", code="control_character")


class LineField(models.CharField):
    """One line of text: NFC, no edge space, no control characters; bidi controls are stripped (they spoof names)."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return unicodedata.normalize("NFC", BIDI_CONTROLS.sub("", value)).strip() if isinstance(value, str) else value

    def validate(self, value: Any, model_instance: Any) -> None:
        refuse_control_characters(str(value))
        super().validate(value, model_instance)


class ProseField(models.TextField):
    """Text of many lines, at most `max_length` characters; new lines and tabs are welcome."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

    def validate(self, value: Any, model_instance: Any) -> None:
        refuse_control_characters(str(value), CONTROL_IN_TEXT)
        if self.max_length and len(value) > self.max_length:
            raise ValidationError(f"At most {self.max_length} characters.", code="max_length")
        super().validate(value, model_instance)


class EmailAddressField(models.EmailField):
    """An e-mail address, domain in lower case; the local part stays as its owner writes it."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if not isinstance(value, str) or "@" not in value:
            return value
        local, _, domain = value.strip().rpartition("@")
        return f"{local}@{domain.lower()}"

    def validate(self, value: Any, model_instance: Any) -> None:
        """Django's rule ignores case and so lets ſ pass for s, and K for k: an address that only looks like another."""
        super().validate(value, model_instance)
        if value and not str(value).rpartition("@")[0].isascii():
            raise ValidationError("Write what stands before the @ in plain letters.", code="invalid")


class PhoneField(models.CharField):
    """E.164, with `;ext=` (RFC 3966) where there is one. Numbers without a country are read in the default region."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return to_e164(value) if isinstance(value, str) and value.strip() else (value or "")


def _is_e164(text: str) -> bool:
    """That the long way would leave it as it is: a known country, a possible length, no prefix of the trunk."""
    for end in (2, 3, 4):
        rule = _lengths_and_prefix(int(text[1:end]))
        if rule is not None:
            lengths, prefix = rule
            national = text[end:]
            return len(national) in lengths and national[0] != "0" and not (prefix and prefix.match(national))
    return False


@cache
def _lengths_and_prefix(code: int) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code)
    if not regions:
        return None
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    prefix = plan.national_prefix_for_parsing
    return frozenset(plan.general_desc.possible_length), re.compile(prefix) if prefix else None


def to_e164(text: str, region: str = "") -> str:
    """Raises ValidationError (`invalid_phone`) for what cannot be a number anywhere."""
    if PLAIN_PHONE.fullmatch(text) and _is_e164(text):
        return text
    try:
        number = phonenumbers.parse(text, region or settings.DEFAULT_PHONE_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError("This is not a phone number. Write it like +49 30 1234567.", code="invalid_phone")
    base = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{base};ext={number.extension}" if number.extension else base


class WebAddressField(models.CharField):
    """An http(s) address; `example.com` gains its scheme."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if not isinstance(value, str) or not value.strip():
            return value
        value = value.strip()
        return value if "://" in value else f"https://{value}"

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value:
            URLValidator(schemes=["http", "https"], message="This is not a web address.")(value)
