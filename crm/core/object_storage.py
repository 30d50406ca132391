"""Files in a bucket of S3 or a store like it, as Django's storages are used."""

import shutil
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import Any

from botocore.exceptions import ClientError
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible
from django.utils.module_loading import import_string

IN_MEMORY = 1_000_000
GONE = (403, 404)


@deconstructible
class BucketStorage(Storage):
    """Names are chosen by who saves and never repeat, so nothing is looked for before it is written."""

    def __init__(self, bucket: str, prefix: str = "", endpoint: str = "", region: str = "", access_key: str = "",  # nosec B107
                 secret_key: str = "") -> None:  # nosec B107  # fmt: skip
        self.bucket, self.prefix = bucket, prefix
        self.access = (endpoint, region, access_key, secret_key)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """Raises FileNotFoundError."""
        try:
            body = self._client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"]
        except ClientError as error:
            if status_of(error) in GONE:
                raise FileNotFoundError(name) from None
            raise
        local: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 – the caller closes it
        shutil.copyfileobj(body, local)
        local.seek(0)
        return File(local, name)

    def _save(self, name: str, content: Any) -> str:
        content.seek(0)
        self._client.put_object(Bucket=self.bucket, Key=self._key(name), Body=content.file)
        return name

    def delete(self, name: str) -> None:
        self._client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def exists(self, name: str) -> bool:
        try:
            self._client.head_object(Bucket=self.bucket, Key=self._key(name))
        except ClientError as error:
            if status_of(error) in GONE:
                return False
            raise
        return True

    def size(self, name: str) -> int:
        return int(self._client.head_object(Bucket=self.bucket, Key=self._key(name))["ContentLength"])

    def names(self, prefix: str) -> Any:
        """(name, when it was written) of everything below `prefix`."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(prefix))
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self.prefix), found["LastModified"]

    def link(self, name: str, seconds: int, headers: dict[str, str]) -> str:
        """An address that needs no credentials for so long; `headers` are those that the store shall answer with."""
        wanted = {f"Response{header.replace('-', '')}": value for header, value in headers.items()}
        target = {"Bucket": self.bucket, "Key": self._key(name), **wanted}
        return str(self._client.generate_presigned_url("get_object", Params=target, ExpiresIn=seconds))

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"

    @property
    def _client(self) -> Any:
        return client_of(*self.access)


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@lru_cache(maxsize=8)
def client_of(endpoint: str, region: str, access_key: str, secret_key: str, attempts: int = 1) -> Any:
    """Its clients are made for threads. Without keys it asks the machine's own role, as the SDK does.

    By its name, because the SDK takes 14 MB and a third of a second from every process that has no bucket.
    """
    config = import_string("botocore.client.Config")(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=10,
        retries={"total_max_attempts": attempts},
        max_pool_connections=16,
        request_checksum_calculation="when_required",
        s3={"addressing_style": "path" if endpoint else "auto"},
    )
    return import_string("boto3.session.Session")().client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region or None,
        aws_access_key_id=access_key or None,
        aws_secret_access_key=secret_key or None,
        config=config,
    )
