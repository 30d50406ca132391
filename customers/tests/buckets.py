"""A bucket over real HTTP, as moto serves it."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEYS = {"access_key": "writer", "secret_key": "its-secret"}


class Bucket:
    def __init__(self, settings: Any, address: str) -> None:
        names = {"aws_access_key_id": "writer", "aws_secret_access_key": "its-secret"}
        self.client = boto3.session.Session().client("s3", endpoint_url=address, region_name="eu-central-1", **names)
        self.client.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.move_to(settings, address)

    def move_to(self, settings: Any, address: str) -> None:
        place = {"bucket": "papers", "prefix": "vouch/", "endpoint": address, "region": "eu-central-1", **KEYS}
        storage = {"BACKEND": "crm.core.object_storage.BucketStorage", "OPTIONS": place}
        settings.STORAGES = {**settings.STORAGES, "documents": storage}

    def keys(self) -> list[str]:
        return [found["Key"] for found in self.client.list_objects_v2(Bucket="papers").get("Contents", ())]

    def empty(self) -> None:
        for key in self.keys():
            self.client.delete_object(Bucket="papers", Key=key)
        self.client.delete_bucket(Bucket="papers")


@pytest.fixture
def bucket(settings: Any) -> Iterator[Bucket]:
    running = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    Thread(target=running.serve_forever, daemon=True).start()
    made = Bucket(settings, f"http://127.0.0.1:{running.server_port}")
    yield made
    made.empty()
    running.shutdown()
