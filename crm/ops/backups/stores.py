"""Where backups are kept: a folder, or a bucket. A name is there whole or not at all, and is never written twice."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.module_loading import import_string

from crm.core.object_storage import GONE, client_of, status_of
from crm.ops.backups.errors import Damaged, StoreAway
from crm.ops.backups.parts import PARTIAL, unfinished

ATTEMPTS = 4
SPOOL, LOCK = "spool", "lock"


@dataclass(frozen=True, slots=True)
class Kept:
    name: str
    size: int
    at: datetime


class Store(Protocol):
    """Names have slashes. Everything raises StoreAway where the place does not answer."""

    def put(self, name: str, path: Path) -> None: ...

    def get(self, name: str, path: Path) -> None:
        """Raises Damaged where there is no such name."""

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes | None: ...

    def names(self, prefix: str = "") -> Iterator[Kept]: ...

    def delete(self, name: str) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, path: Path) -> None:
        with self._new(name) as partial:
            try:
                os.link(path, partial)
            except OSError:
                shutil.copyfile(path, partial)

    def write(self, name: str, content: bytes) -> None:
        with self._new(name) as partial:
            partial.write_bytes(content)

    def get(self, name: str, path: Path) -> None:
        if not (self.root / name).is_file():
            raise gone(name)
        shutil.copyfile(self.root / name, path)

    def read(self, name: str) -> bytes | None:
        file = self.root / name
        return file.read_bytes() if file.is_file() else None

    def names(self, prefix: str = "") -> Iterator[Kept]:
        top = self.root / prefix.rpartition("/")[0]
        for folder, folders, files in os.walk(top):
            if Path(folder) == self.root:
                folders[:] = [one for one in folders if one != SPOOL]
            for file in files:
                found = Path(folder, file)
                name = found.relative_to(self.root).as_posix()
                if name.startswith(prefix) and name != LOCK and not name.endswith(PARTIAL):
                    stat = found.stat()
                    yield Kept(name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def delete(self, name: str) -> None:
        file = self.root / name
        file.unlink(missing_ok=True)
        if file.parent != self.root and file.parent.is_dir() and not any(file.parent.iterdir()):
            file.parent.rmdir()

    @contextmanager
    def _new(self, name: str) -> Iterator[Path]:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with unfinished(target) as partial:
            yield partial
            partial.chmod(0o600)


class Bucket:
    def __init__(self, bucket: str, prefix: str, endpoint: str, region: str, access_key: str, secret_key: str) -> None:
        self.bucket, self.prefix = bucket, prefix
        self.access = (endpoint, region, access_key, secret_key)

    def put(self, name: str, path: Path) -> None:
        """Then asks for it, and believes only what is there as long as it was written."""
        with answering():
            self._client.upload_file(str(path), self.bucket, self.prefix + name)
            there = self._client.head_object(Bucket=self.bucket, Key=self.prefix + name)["ContentLength"]
        if there != path.stat().st_size:
            raise StoreAway(f"The bucket kept {there} bytes of {name} where {path.stat().st_size} were sent.")

    def write(self, name: str, content: bytes) -> None:
        with answering():
            self._client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def get(self, name: str, path: Path) -> None:
        with answering():
            try:
                self._client.download_file(self.bucket, self.prefix + name, str(path))
            except ClientError as error:
                raise gone(name) if status_of(error) in GONE else error from None

    def read(self, name: str) -> bytes | None:
        with answering():
            try:
                body = self._client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"]
                content: bytes = body.read()
            except ClientError as error:
                if status_of(error) in GONE:
                    return None
                raise
        return content

    def names(self, prefix: str = "") -> Iterator[Kept]:
        with answering():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix + prefix):
                for one in page.get("Contents", ()):
                    yield Kept(one["Key"].removeprefix(self.prefix), one["Size"], one["LastModified"])

    def delete(self, name: str) -> None:
        with answering():
            self._client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    @property
    def _client(self) -> Any:
        return client_of(*self.access, attempts=ATTEMPTS)


@contextmanager
def answering() -> Iterator[None]:
    """Raises StoreAway with what the SDK said, in one line."""
    try:
        yield
    except sdk_errors() as error:
        raise StoreAway(f"The bucket of the backups did not answer as it should: {error}") from error


def sdk_errors() -> tuple[type[Exception], ...]:
    """By its name, as crm.core.object_storage loads the SDK; only when something was raised."""
    return BotoCoreError, ClientError, import_string("boto3.exceptions.Boto3Error")


def gone(name: str) -> Damaged:
    return Damaged(f"{name} is missing where backups are kept.")


def current_store() -> Store:
    place = settings.BACKUP_S3
    return Bucket(**place) if place["bucket"] else Folder(settings.BACKUP_DIR)


def where() -> str:
    """For people."""
    place = settings.BACKUP_S3
    return f"s3://{place['bucket']}/{place['prefix']}" if place["bucket"] else str(settings.BACKUP_DIR)
