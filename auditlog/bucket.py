"""The bucket that seals are published to: one object each, named by its number, written once and never again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from crm.core.object_storage import client_of, status_of

DIGITS = 12
READ_AT_ONCE = 16
STANDS_ALREADY, NOT_IMPLEMENTED = 412, 501


class AnotherStands(Exception):
    """The object is there, with another content."""


def is_set() -> bool:
    return bool(settings.AUDIT_SEAL_S3["bucket"])


def write_once(number: int, body: bytes) -> None:
    """Harmless when repeated. Raises AnotherStands, or what botocore raises."""
    target = {"Bucket": settings.AUDIT_SEAL_S3["bucket"], "Key": name_of(number)}
    whole = {**target, "Body": body, "ContentType": "application/json"}
    try:
        _client().put_object(**whole, IfNoneMatch="*")
    except ClientError as error:
        if status_of(error) == NOT_IMPLEMENTED:
            _write_where_nothing_stands(number, body, whole)
        elif status_of(error) != STANDS_ALREADY:
            raise
        elif read(number) != body:
            raise AnotherStands(target["Key"]) from error


def _write_where_nothing_stands(number: int, body: bytes, whole: dict[str, Any]) -> None:
    """For stores that know no conditions: nobody but the one sealer's queue writes here."""
    if number not in numbers(number, number):
        _client().put_object(**whole)
    elif read(number) != body:
        raise AnotherStands(whole["Key"])


def read(number: int) -> bytes:
    answer = _client().get_object(Bucket=settings.AUDIT_SEAL_S3["bucket"], Key=name_of(number))
    body: bytes = answer["Body"].read()
    return body


def read_all(since: int = 1) -> Iterator[bytes]:
    with ThreadPoolExecutor(READ_AT_ONCE) as pool:
        yield from pool.map(read, numbers(since))


def numbers(since: int = 1, until: int | None = None) -> Iterator[int]:
    """Of the objects that are there, in their order; other names are passed over."""
    pages = (
        _client()
        .get_paginator("list_objects_v2")
        .paginate(
            Bucket=settings.AUDIT_SEAL_S3["bucket"],
            Prefix=settings.AUDIT_SEAL_S3["prefix"],
            StartAfter=name_of(since - 1),
        )
    )
    for page in pages:
        for found in page.get("Contents", ()):
            number = number_of(found["Key"])
            if until is not None and number is not None and number > until:
                return
            if number is not None:
                yield number


def name_of(number: int) -> str:
    return f"{settings.AUDIT_SEAL_S3['prefix']}{number:0{DIGITS}}.json"


def number_of(name: str) -> int | None:
    digits = name.removeprefix(settings.AUDIT_SEAL_S3["prefix"]).removesuffix(".json")
    return int(digits) if digits.isdecimal() and name_of(int(digits)) == name else None


def _client() -> Any:
    place = settings.AUDIT_SEAL_S3
    return client_of(place["endpoint"], place["region"], place["access_key"], place["secret_key"])
