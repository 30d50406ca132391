"""Files of scheduled exports in a bucket and on an SFTP server: whole or not at all, once, and tried again."""

import json
import shutil
import socket
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.environment import read_environment
from crm.outbox import claims
from crm.outbox.draining import drain
from crm.outbox.models import Delivery
from crm.transfer.export_templates import services as templates
from crm.transfer.models import Export
from crm.transfer.schedules import services
from crm.transfer.schedules.delivering import Renewing, deliver_file
from crm.transfer.schedules.hosts import ensure_allowed, ensure_host_allowed
from crm.transfer.schedules.sweeping import schedules_run
from customers.models import Contact
from customers.tests.buckets import bucket  # noqa: F401 – a fixture
from customers.tests.sftp_server import free_port, sftp  # noqa: F401 – a fixture

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPER = Actor.system("export-schedules")


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def run(manager, as_actor, anna):
    """Of a schedule with that destination, delivered as far as it goes."""

    def runs(destination):
        mary = as_actor(manager)
        template = templates.export_template_create(
            mary, name="Key people", resource="contacts", columns=["last_name", "email"]
        )
        schedule = services.export_schedule_create(mary, template=template, destination=destination)
        return fresh(services.export_schedule_run_now(mary, schedule.pk))

    return runs


def fresh(run):
    run.refresh_from_db()
    return run


def delivery_of(run):
    return Delivery.objects.get(key=f"scheduled_export:{run.pk}")


def tried_again(run):
    Delivery.objects.filter(key=f"scheduled_export:{run.pk}").update(next_attempt_at=Now(), state="pending")
    drain(kinds=["export-s3", "export-sftp"])
    return fresh(run)


def failure_mails():
    return Delivery.objects.filter(topic="scheduled_export_failed")


# An SFTP server


@pytest.mark.sshd
def test_the_file_and_its_manifest_lie_on_the_server(run, sftp):  # noqa: F811
    done = run("sftp")
    assert done.state == "delivered" and "sftp://127.0.0.1/" in done.result
    assert sftp.names() == sorted([done.file_name, f"{done.file_name}.manifest.json"])
    assert (sftp.folder / done.file_name).read_bytes() == b"last_name,email\r\nArendt,anna@acme.example\r\n"
    manifest = json.loads((sftp.folder / f"{done.file_name}.manifest.json").read_text())
    assert (manifest["rows"], manifest["sha256"]) == (1, done.export.sha256)
    assert AuditEvent.objects.filter(action="export_schedules.delivered").count() == 1


@pytest.mark.sshd
def test_a_second_try_delivers_no_second_file(run, sftp):  # noqa: F811
    done = run("sftp")
    written = {name: (sftp.folder / name).stat().st_mtime_ns for name in sftp.names()}
    deliver_file(delivery_of(done), {"run": str(done.pk)})
    type(done).objects.update(state="delivering")
    assert tried_again(done).state == "delivered"
    assert sftp.names() == sorted(written)
    assert (sftp.folder / done.file_name).stat().st_mtime_ns == written[done.file_name]


@pytest.mark.sshd
def test_another_host_key_than_the_pinned_one_gets_nothing(run, sftp, settings):  # noqa: F811
    other = " ".join((sftp.home / "other_key.pub").read_text().split()[:2])
    settings.EXPORT_SFTP = {**sftp.place, "host_key": other}
    assert delivery_of(run("sftp")).state == "failed" and sftp.names() == []
    schedules_run(SWEEPER, Export.objects.get().created_at)
    assert "another key than the one that was pinned" in failure_mails().get().content()["text"]


@pytest.mark.sshd
def test_a_key_that_the_server_does_not_know_is_refused_in_words(run, sftp, settings):  # noqa: F811
    settings.EXPORT_SFTP = {**sftp.place, "private_key": (sftp.home / "other_key").read_text()}
    failed = run("sftp")
    schedules_run(SWEEPER, failed.started_at)
    assert "does not let us in" in fresh(failed).result and failed.state == "failed"
    assert failure_mails().count() == 1


@pytest.mark.sshd
def test_a_folder_that_is_missing_is_tried_again(run, sftp):  # noqa: F811
    shutil.rmtree(sftp.folder)
    waiting = run("sftp")
    assert waiting.state == "delivering" and delivery_of(waiting).state == "pending"
    sftp.folder.mkdir()
    assert tried_again(waiting).state == "delivered" and len(sftp.names()) == 2


@pytest.mark.sshd
def test_a_server_that_lets_us_write_nothing_is_not_asked_again(run, sftp):  # noqa: F811
    (sftp.home / "sshd_config").write_text(
        (sftp.home / "sshd_config").read_text().replace("internal-sftp", "internal-sftp -R")
    )
    sftp.stop()
    sftp.start()
    refused = run("sftp")
    assert delivery_of(refused).state == "failed" and "does not let us write" in delivery_of(refused).last_error
    assert sftp.names() == []


@pytest.mark.sshd
def test_a_connection_that_is_cut_leaves_nothing_under_the_final_name(run, sftp, settings, anna):  # noqa: F811
    people = [Contact(last_name="x" * 90, team_id=anna.team_id, owner_id=anna.owner_id) for _one in range(2_000)]
    Contact.objects.bulk_create(people)
    relay = Relay(sftp.port, let_through=100_000)
    settings.EXPORT_SFTP = {**sftp.place, "port": relay.port}
    waiting = run("sftp")
    assert relay.was_cut and waiting.state == "delivering"
    assert sftp.names() == [f".{waiting.file_name}.1.part"]
    assert "did not take it" in delivery_of(waiting).last_error
    settings.EXPORT_SFTP = sftp.place
    done = tried_again(waiting)
    assert done.state == "delivered"
    assert sftp.names() == sorted([done.file_name, f"{done.file_name}.manifest.json"])


@pytest.mark.sshd
def test_a_server_that_is_away_is_tried_again_and_then_takes_it(run, sftp):  # noqa: F811
    sftp.stop()
    waiting = run("sftp")
    assert waiting.state == "delivering" and "cannot be reached" in delivery_of(waiting).last_error
    sftp.start()
    assert tried_again(waiting).state == "delivered"


@pytest.mark.sshd
def test_after_the_last_try_its_owner_is_told(run, sftp):  # noqa: F811
    sftp.stop()
    waiting = run("sftp")
    Delivery.objects.filter(pk=delivery_of(waiting).pk).update(created_at=Now() - claims.TRIED_FOR)
    tried_again(waiting)
    schedules_run(SWEEPER, waiting.started_at)
    assert fresh(waiting).state == "failed" and "cannot be reached" in waiting.result
    schedules_run(SWEEPER, waiting.started_at + timedelta(minutes=1))
    assert failure_mails().count() == 1


@pytest.mark.sshd
def test_an_owner_who_is_deactivated_before_it_leaves_stops_it(run, sftp, manager):  # noqa: F811
    sftp.stop()
    waiting = run("sftp")
    manager.is_active = False
    manager.save()
    sftp.start()
    assert tried_again(waiting).state == "failed"
    waiting.schedule.refresh_from_db()
    assert waiting.schedule.state == "stopped" and sftp.names() == []


@pytest.mark.sshd
def test_an_owner_who_lost_the_right_before_it_leaves_delivers_nothing(run, sftp, manager):  # noqa: F811
    sftp.stop()
    waiting = run("sftp")
    grants = dict(manager.role.grants)
    del grants["contacts:export"]
    manager.role.grants = grants
    manager.role.save()
    sftp.start()
    assert tried_again(waiting).state == "failed" and sftp.names() == []
    assert waiting.result.endswith("no longer has the right contacts:export.")
    assert failure_mails().count() == 1


@pytest.mark.sshd
def test_a_private_server_takes_the_operators_word(run, sftp, settings):  # noqa: F811
    settings.EXPORT_PRIVATE_HOSTS = False
    refused = run("sftp")
    assert "private network" in delivery_of(refused).last_error and sftp.names() == []


class Relay:
    """Passes on so many bytes from the client, then hangs up on both."""

    def __init__(self, port, let_through):
        self._target, self._left, self.was_cut = port, let_through, False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        client, _address = self._listening.accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        Thread(target=self._back, args=(server, client), daemon=True).start()
        while data := client.recv(512):
            self._left -= len(data)
            if self._left <= 0:
                break
            server.sendall(data)
        self.was_cut = True
        for one in (client, server):
            one.close()

    @staticmethod
    def _back(server, client):
        try:
            while data := server.recv(4096):
                client.sendall(data)
        except OSError:
            return


# A bucket


@pytest.fixture
def exports_bucket(bucket, settings):  # noqa: F811
    place = settings.STORAGES["documents"]["OPTIONS"]
    settings.EXPORT_S3, settings.EXPORT_PRIVATE_HOSTS = {**place, "prefix": "out/"}, True
    return bucket


def test_the_file_and_its_manifest_lie_in_the_bucket(run, exports_bucket):
    done = run("s3")
    name = f"out/{done.file_name}"
    assert done.result == f"1 row, delivered to s3://papers/{name}"
    assert sorted(exports_bucket.keys()) == [name, f"{name}.manifest.json"]
    body = exports_bucket.client.get_object(Bucket="papers", Key=name)["Body"].read()
    assert body == b"last_name,email\r\nArendt,anna@acme.example\r\n"


def test_a_second_try_makes_no_second_object(run, exports_bucket):
    done = run("s3")
    type(done).objects.update(state="delivering")
    assert tried_again(done).state == "delivered" and len(exports_bucket.keys()) == 2


def test_a_bucket_that_is_away_is_tried_again(run, exports_bucket, settings):
    there = settings.EXPORT_S3
    settings.EXPORT_S3 = {**there, "endpoint": f"http://127.0.0.1:{free_port()}"}
    waiting = run("s3")
    assert waiting.state == "delivering" and delivery_of(waiting).attempts == 1
    settings.EXPORT_S3 = there
    assert tried_again(waiting).state == "delivered"


def test_a_private_endpoint_takes_the_operators_word(run, exports_bucket, settings):
    settings.EXPORT_PRIVATE_HOSTS = False
    assert "private network" in delivery_of(run("s3")).last_error and exports_bucket.keys() == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fe80::1", "::ffff:10.0.0.1", "0.0.0.0"],
)
def test_addresses_of_the_own_network_are_refused(address, settings):
    settings.EXPORT_PRIVATE_HOSTS = False
    with pytest.raises(ValueError, match="private network"):
        ensure_allowed(address)
    with pytest.raises(ValueError, match="private network"):
        ensure_host_allowed(address, 22)
    ensure_allowed("8.8.8.8")


def test_a_long_transfer_keeps_its_claim_and_ends_where_it_was_lost(run, exports_bucket, monkeypatch, tmp_path):
    monkeypatch.setattr("crm.transfer.schedules.delivering.RENEWS_EVERY", -1)
    delivery = delivery_of(run("s3"))
    path = Path(tmp_path) / "file"
    path.write_bytes(b"abc")
    with path.open("rb") as file, pytest.raises(Exception, match="Another process"):
        Renewing(file, delivery).read()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"EXPORT_SFTP_HOST": "sftp.example.com"}, "EXPORT_SFTP_HOST_KEY"),
        ({"EXPORT_SFTP_HOST_KEY": "MD5:aa:bb"}, "EXPORT_SFTP_HOST_KEY"),
        ({"EXPORT_SFTP_PORT": "0"}, "EXPORT_SFTP_PORT"),
        ({"EXPORT_S3_ENDPOINT": "objects.example.com"}, "EXPORT_S3_ENDPOINT"),
    ],
)
def test_half_a_destination_stops_the_start(given, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        read_environment(given)


def test_a_destination_that_is_not_set_up_is_not_offered(run):
    with pytest.raises(Exception, match="not valid"):
        run("sftp")
