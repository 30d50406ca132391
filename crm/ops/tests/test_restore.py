"""A restore replaces nothing that nobody named, keeps a safety copy, and brings back no one who was erased since."""

import json
import sqlite3
from contextlib import closing

import psycopg
import pytest
from django.db import connection

from auditlog.services import record
from auditlog.tests.tampering import ACTOR
from crm.core.actor import Actor
from crm.ops.backups.manifest import MANIFEST, SETS
from crm.ops.backups.services import backup_run
from crm.ops.models import BackupRun
from crm.ops.tests.conftest import flip, store_document
from crm.privacy.erasing import erase_subjects
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("backup")


def ask(house, statement):
    """What the restored database answers."""
    if house.url.startswith("sqlite"):
        with closing(sqlite3.connect(house.url.removeprefix("sqlite:///"))) as database:
            return database.execute(statement).fetchall()
    with psycopg.connect(house.url) as database:
        return database.execute(statement).fetchall()


def names(house):
    return {row[0] for row in ask(house, "SELECT name FROM customers_customer")}


def database_of(house):
    return house.url.rpartition("/")[2]


@pytest.fixture
def backed_up(place, north):
    """A backup with a customer and a file, and what it is called."""
    Customer.objects.create(name="Harbour Works", team=north)
    record(ACTOR, "customers.updated")
    store_document(b"a paper", "paper")
    return backup_run(BY)


def test_onto_a_machine_that_has_nothing(backed_up, new_house, tmp_path):
    (tmp_path / "media" / "documents" / "paper").unlink()
    house = new_house()
    done = house.manage("restore")
    assert done.returncode == 0, done.stderr
    assert names(house) == {"Harbour Works"}
    assert (tmp_path / "media" / "documents" / "paper").read_bytes() == b"a paper"
    verified = house.manage("audit_verify")
    assert verified.returncode == 0 and "verified" in verified.stdout
    states = dict(ask(house, "SELECT name, state FROM ops_backuprun"))
    assert states == {backed_up.name: "done"}, "the copy itself showed it as running"


def test_what_is_there_is_replaced_only_when_it_is_named_and_a_safety_copy_is_made(backed_up, new_house, place, north):
    house = new_house()
    assert house.manage("restore").returncode == 0
    Customer.objects.create(name="Later Works", team=north)
    later = backup_run(BY)
    refused = house.manage("restore", later.name)
    assert refused.returncode == 1 and f"--replace {database_of(house)}" in refused.stderr
    wrong = house.manage("restore", later.name, "--replace", "another")
    assert wrong.returncode == 1 and names(house) == {"Harbour Works"}
    sets = set((place / SETS).iterdir())
    done = house.manage("restore", later.name, "--replace", database_of(house))
    assert done.returncode == 0, done.stderr
    assert names(house) == {"Harbour Works", "Later Works"}
    (safety,) = set((place / SETS).iterdir()) - sets
    manifest = json.loads((safety / MANIFEST).read_text())
    assert manifest["kind"] == "safety" and f"Safety copy: {safety.name}" in done.stdout
    back = house.manage("restore", safety.name, "--replace", database_of(house))
    assert back.returncode == 0 and names(house) == {"Harbour Works"}


def test_a_damaged_backup_leaves_the_database_as_it_was(backed_up, new_house, place, north):
    house = new_house()
    assert house.manage("restore").returncode == 0
    Customer.objects.create(name="Later Works", team=north)
    later = backup_run(BY)
    flip(next((place / SETS / later.name).glob("database.*")))
    failed = house.manage("restore", later.name, "--replace", database_of(house))
    assert failed.returncode == 1 and "checksum" in failed.stderr and names(house) == {"Harbour Works"}
    wrong_key = {**house.more, "BACKUP_ENCRYPTION_KEY": "quite-another-secret-9876543210-abcdef"}
    house.more = wrong_key
    refused = house.manage("restore", backed_up.name, "--replace", database_of(house), "--without-safety-copy")
    assert refused.returncode == 1 and "BACKUP_DECRYPTION_KEY" in refused.stderr and names(house) == {"Harbour Works"}


def test_who_was_erased_since_is_erased_again(backed_up, new_house, north, place):
    person = Contact.objects.create(first_name="Ann", last_name="Oakley", email="ann@oak.example", team=north)
    with_her = backup_run(BY)
    erase_subjects(BY, [person], None)
    backup_run(BY)
    house = new_house()
    done = house.manage("restore", with_her.name)
    assert done.returncode == 0, done.stderr
    assert "1 records of erased people erased again" in done.stdout
    ((last_name, email, erased_at),) = ask(house, "SELECT last_name, email, erased_at FROM customers_contact")
    assert erased_at and "Oakley" not in last_name and not email
    assert house.manage("audit_verify").returncode == 0


def test_the_trail_tells_of_the_restore(backed_up, new_house):
    house = new_house()
    assert house.manage("restore").returncode == 0
    rows = ask(house, "SELECT action FROM auditlog_auditevent WHERE action LIKE 'backups.%'")
    assert ("backups.restored",) in rows


def test_the_list_reads_what_is_kept_and_not_the_database(backed_up, new_house, place):
    BackupRun.objects.all().delete()
    house = new_house()
    listed = house.manage("backup_list")
    assert listed.returncode == 0 and backed_up.name in listed.stdout and "not verified" in listed.stdout
    (line,) = (json.loads(one) for one in house.manage("backup_list", "--json").stdout.splitlines())
    assert line["name"] == backed_up.name and line["files"] == 1 and line["encrypted"]
    file = place / SETS / backed_up.name / MANIFEST
    file.write_text(file.read_text().replace('"kind": "scheduled"', '"kind": "asked"'))
    damaged = house.manage("backup_list")
    assert damaged.returncode == 1 and "changed since it was signed" in damaged.stdout


def test_another_kind_of_database_is_refused(backed_up, new_house, tmp_path):
    house = new_house()
    other = "postgres://127.0.0.1:1/none" if connection.vendor == "sqlite" else f"sqlite:///{tmp_path}/other.sqlite3"
    house.url = other
    refused = house.manage("restore")
    assert refused.returncode == 1 and f"is of {connection.vendor}" in refused.stderr
