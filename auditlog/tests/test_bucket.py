"""Seals in a bucket, over real HTTP: each is written once, none is forgotten, and all of them anchor the trail."""

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import Any

import boto3
import pytest
from django.core.management import call_command
from django.urls import get_resolver
from django.utils import timezone
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from auditlog import bucket
from auditlog.anchoring import Removed, publish_missing, published
from auditlog.models import AuditSeal, SecurityEvent
from auditlog.proof import canonical, seal_hash
from auditlog.sealing import as_line
from auditlog.tests.tampering import history, statement, without_triggers
from crm.outbox.draining import drain
from crm.outbox.models import Delivery, State
from crm.outbox.tests.deliveries import all_due

pytestmark = pytest.mark.django_db
PLACE = {
    **{"bucket": "seals", "prefix": "vouch/", "region": "eu-central-1"},
    **{"access_key": "writer", "secret_key": "its-secret"},
}


class Store:
    """S3 as moto serves it; `knows_conditions` False: it answers 501 to If-None-Match, as some others do."""

    def __init__(self) -> None:
        self.knows_conditions = True
        self.s3 = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self.knows_conditions and "HTTP_IF_NONE_MATCH" in environ:
            start_response("501 Not Implemented", [("Content-Type", "application/xml")])
            return [b"<Error><Code>NotImplemented</Code><Message>No conditions.</Message></Error>"]
        return self.s3(environ, start_response)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Store, str]]:
    store = Store()
    running = make_server("127.0.0.1", 0, store, threaded=True)
    Thread(target=running.serve_forever, daemon=True).start()
    yield store, f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


@pytest.fixture
def store(server, settings) -> Iterator[Store]:
    get_resolver().url_patterns  # noqa: B018 – loads the wiring, where the transport is registered
    served, address = server
    settings.AUDIT_SEAL_S3 = {**PLACE, "endpoint": address}
    client = s3(address)
    client.create_bucket(Bucket="seals", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield served
    served.knows_conditions = True
    for found in client.list_objects_v2(Bucket="seals").get("Contents", ()):
        client.delete_object(Bucket="seals", Key=found["Key"])
    client.delete_bucket(Bucket="seals")


def s3(address: str) -> Any:
    keys = {"aws_access_key_id": "writer", "aws_secret_access_key": "its-secret"}
    return boto3.session.Session().client("s3", endpoint_url=address, region_name="eu-central-1", **keys)


def sent() -> None:
    all_due()
    drain(kinds=["seal"], limit=1000)


def cut_off() -> AuditSeal:
    """The last seal is gone with its events, by somebody who can do everything in the database."""
    last = AuditSeal.objects.latest("seq")
    without_triggers()
    statement("DELETE FROM auditlog_auditevent WHERE seal_id = %s", last.seq)
    statement("DELETE FROM auditlog_auditseal WHERE seq = %s", last.seq)
    statement("DELETE FROM auditlog_audittally")
    return last


def alarms() -> list[str]:
    return [json.loads(event.details)["first"] for event in SecurityEvent.objects.filter(kind="audit.mismatch")]


def test_each_seal_is_an_object_named_by_its_number_and_holds_the_published_line(store):
    first, _second = history(rounds=1)
    sent()
    assert [bucket.name_of(number) for number in bucket.numbers()] == [
        "vouch/000000000001.json",
        "vouch/000000000002.json",
    ]
    assert json.loads(bucket.read(1)) == as_line(first)
    assert set(Delivery.objects.values_list("state", "secret")) == {(State.SENT, "")}


def test_nothing_is_queued_where_no_bucket_is_set(settings):
    assert settings.AUDIT_SEAL_S3["bucket"] == ""
    history(rounds=1)
    assert not Delivery.objects.exists()


def test_sealing_goes_on_while_the_bucket_is_away_and_nothing_is_forgotten(store, settings):
    there = settings.AUDIT_SEAL_S3
    settings.AUDIT_SEAL_S3 = {**there, "endpoint": f"http://127.0.0.1:{free_port()}"}
    seals = history(rounds=2)
    sent()
    waiting = Delivery.objects.filter(state=State.PENDING)
    assert (waiting.count(), waiting.filter(attempts=1).count()) == (len(seals), 1), "one finds out for all"
    assert "EndpointConnectionError" in waiting.get(attempts=1).last_error
    settings.AUDIT_SEAL_S3 = there
    sent()
    assert list(bucket.numbers()) == [seal.seq for seal in seals]


@pytest.mark.parametrize("knows_conditions", [True, False])
class TestOnce:
    def test_the_same_again_is_harmless(self, store, knows_conditions):
        store.knows_conditions = knows_conditions
        bucket.write_once(7, b"{}")
        bucket.write_once(7, b"{}")
        assert bucket.read(7) == b"{}"

    def test_another_content_is_refused_and_the_first_stays(self, store, knows_conditions):
        store.knows_conditions = knows_conditions
        bucket.write_once(7, b"{}")
        with pytest.raises(bucket.AnotherStands):
            bucket.write_once(7, b"[]")
        assert bucket.read(7) == b"{}"


def test_a_trail_that_was_cut_off_and_went_on_otherwise_raises_the_alarm_with_its_next_seal(store):
    history(rounds=1)
    sent()
    last = cut_off()
    history(rounds=1)
    sent()
    assert f"seal.anchor: seal {last.seq}: it is not the seal that was published" in alarms()
    assert Delivery.objects.get(state=State.FAILED).subject == f"Seal {last.seq}"


class TestVerifying:
    def test_what_was_published_is_the_anchor(self, store, capsys):
        history(rounds=2)
        sent()
        call_command("audit_verify", "--anchor", "s3")
        assert "4 seals, 24 events: verified" in capsys.readouterr().out
        last = cut_off()
        with pytest.raises(SystemExit):
            call_command("audit_verify", "--anchor", "s3")
        assert f"seal.removed: seal {last.seq}" in capsys.readouterr().err

    def test_from_a_seal_on_only_those_are_read(self, store):
        seals = history(rounds=2)
        sent()
        assert published(3) == {seal.seq: seal_hash(as_line(seal)) for seal in seals[2:]}

    def test_other_objects_are_passed_over(self, store, settings):
        bucket.write_once(1, canonical({"seq": 1}))
        client = s3(settings.AUDIT_SEAL_S3["endpoint"])
        for key in ("vouch/readme.txt", "vouch/1.json", "vouch/00000000000a.json", "other/000000000002.json"):
            client.put_object(Bucket="seals", Key=key, Body=b"-")
        assert list(bucket.numbers()) == [1]


class TestWhatIsMissing:
    def test_is_sent_though_it_was_sealed_before_there_was_a_bucket(self, store, settings):
        there = settings.AUDIT_SEAL_S3
        settings.AUDIT_SEAL_S3 = {**there, "bucket": ""}
        history(rounds=1)
        settings.AUDIT_SEAL_S3 = there
        assert publish_missing(timezone.now()) == 2
        assert publish_missing(timezone.now()) == 0, "they are on their way"
        sent()
        assert list(bucket.numbers()) == [1, 2] and publish_missing(timezone.now()) == 0

    def test_is_sent_though_it_was_given_up(self, store):
        history(rounds=1)
        Delivery.objects.update(state=State.FAILED)
        assert publish_missing(timezone.now()) == 2
        sent()
        assert list(bucket.numbers()) == [1, 2]

    def test_in_the_trail_raises_the_alarm(self, store):
        history(rounds=1)
        sent()
        last = cut_off()
        with pytest.raises(Removed, match=f"seal {last.seq}"):
            publish_missing(timezone.now())
        assert alarms() == [f"seal.removed: seal {last.seq}: it was published and is not there any more"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
