"""Where files can go, as far as the operator has set it up."""

from collections.abc import Callable
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.module_loading import import_string

from crm.core.object_storage import BucketStorage
from crm.core.outgoing import AddressRefused
from crm.outbox.errors import Refused, Unreachable
from crm.transfer.schedules.hosts import ensure_host_allowed
from crm.transfer.schedules.models import Destination

# (name, content, size)
Part = tuple[str, BinaryIO, int]
PORTS = {"http": 80, "https": 443}


def configured() -> list[tuple[str, str]]:
    """For forms: value and label."""
    there = {Destination.MAIL: True, Destination.S3: settings.EXPORT_S3["bucket"]}
    there[Destination.SFTP] = settings.EXPORT_SFTP["host"]
    return [(one.value, str(one.label)) for one, is_there in there.items() if is_there]


def to_bucket(parts: list[Part], attempt: int) -> str:
    """An object is there whole or not at all, and a second one of its name takes its place. Answers where it lies.

    Raises Refused, Unreachable.
    """
    place: dict[str, Any] = settings.EXPORT_S3
    storage = BucketStorage(**place)
    try:
        _ensure_endpoint(place["endpoint"])
        for name, content, _size in parts:
            storage.save(name, File(content, name))
    except AddressRefused as error:
        raise Refused(f"The bucket's endpoint may not be called: {error}") from error
    except (BotoCoreError, ClientError, OSError) as error:
        raise Unreachable(f"The bucket did not take it: {type(error).__name__}: {error}") from error
    return f"s3://{place['bucket']}/{place['prefix']}{parts[0][0]}"


def to_server(parts: list[Part], attempt: int) -> str:
    """Answers where it lies. Raises Refused, Deferred, Unreachable."""
    place: dict[str, Any] = settings.EXPORT_SFTP
    put = import_string("crm.transfer.schedules.sftp.put")
    with import_string("crm.transfer.schedules.sftp.session")(place) as sftp:
        for name, content, size in parts:
            put(sftp, place["folder"], name, content, size, attempt)
    return f"sftp://{place['host']}/{place['folder'].strip('/')}/{parts[0][0]}"


PLACES: dict[str, Callable[[list[Part], int], str]] = {Destination.S3: to_bucket, Destination.SFTP: to_server}


def _ensure_endpoint(endpoint: str) -> None:
    """Amazon's own addresses are public."""
    if endpoint:
        parts = urlsplit(endpoint)
        ensure_host_allowed(parts.hostname or "", parts.port or PORTS[parts.scheme])
