"""A copy restored from before an erasure brings the person back; the tombstones see to it that they do not stay."""

import io
import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection

from crm.privacy.erasing import subject_erase
from crm.privacy.models import ErasedHash, Erasure
from crm.privacy.tests.conftest import EMAIL
from crm.privacy.tests.dumps import dump, findings
from crm.privacy.tests.test_erasure import TRACES, erasure_of
from crm.transfer.batches import Table, import_rows
from crm.transfer.csv_rows import RawRow
from crm.transfer.importers import importer_for
from crm.transfer.models import ImportRun
from crm.transfer.running import context_of
from customers.models import Contact, Note

pytestmark = pytest.mark.django_db
COPIED = (Contact, Note)


def tombstones():
    lines = io.StringIO()
    call_command("list_erasures", stdout=lines)
    return lines.getvalue()


def copy_of(models):
    return {model: list(model._base_manager.values()) for model in models}


def bring_back(copy):
    """As a restored copy has them: the rows of then, and no tombstone."""
    for model, rows in copy.items():
        for row in rows:
            model._base_manager.filter(pk=row["id"]).update(**row)
    ErasedHash.objects.all().delete()


def test_who_is_back_is_erased_again_by_the_tombstones_alone(officer, wilma, notes, tmp_path):
    old = copy_of(COPIED)
    subject_erase(officer, erasure_of(officer, wilma).pk)
    kept = tmp_path / "tombstones.jsonl"
    kept.write_text(tombstones())
    bring_back(old)
    assert Contact.objects.get(pk=wilma.pk).email == EMAIL
    call_command("reapply_erasures", stdout=io.StringIO())
    assert Contact.objects.get(pk=wilma.pk).email == EMAIL
    call_command("reapply_erasures", str(kept), stdout=io.StringIO())
    assert not [trace for trace in TRACES if trace in dump()] and findings() == []


def test_a_second_time_there_is_nothing_to_do(officer, wilma, tmp_path):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    said = io.StringIO()
    call_command("reapply_erasures", stdout=said)
    assert said.getvalue() == "0 records erased again.\n"


def test_the_tombstones_survive_a_change_of_the_secret_key(officer, wilma, settings):
    old = copy_of((Contact,))
    subject_erase(officer, erasure_of(officer, wilma).pk)
    hashes = set(ErasedHash.objects.values_list("hash", flat=True))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    bring_back(old)
    ErasedHash.objects.bulk_create(ErasedHash(hash=one, erasure=Erasure.objects.get()) for one in hashes)
    call_command("reapply_erasures", stdout=io.StringIO())
    assert Contact.objects.get(pk=wilma.pk).email == ""


def test_an_old_log_is_as_good_as_a_list(officer, wilma, tmp_path):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    line = json.loads(tombstones())
    assert line["event"] == "erasure" and len(line["hashes"]) == 3
    assert "zuckermann" not in tombstones()


def test_an_import_of_the_address_is_told_of_the_erasure(officer, actor, wilma, owner):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    run = ImportRun(team=wilma.team, owner=owner, resource="contacts", headers=["name", "email"])
    rows = [RawRow(2, ["Zuckermann", EMAIL.upper()]), RawRow(3, ["Other", "o@other.example"])]
    table = Table(["name", "email"], ["last_name", "email"])
    drafts = import_rows(importer_for("contacts"), rows, table, context_of(run, actor))
    assert [[reason["code"] for reason in draft.reasons] for draft in drafts] == [["was_erased"], []]
    assert [draft.status for draft in drafts] == ["created", "created"]


def test_who_types_the_address_again_is_asked_once_more(officer, wilma, sign_in, owner):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    client, before = sign_in(owner), Contact.objects.count()
    data = {"last_name": "Again", "contact_type": "other", "email": EMAIL.upper(), "team": str(wilma.team_id)}
    assert b"asked to be erased" in client.post("/contacts/new/", data).content
    assert Contact.objects.count() == before
    assert client.post("/contacts/new/", {**data, "email": "o@other.example"}).status_code == 302
    assert client.post("/contacts/new/", {**data, "create_anyway": "1"}).status_code == 302
    assert Contact.objects.count() == before + 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the copy is a SQLite file")
def test_an_old_copy_in_a_file_is_cleaned_by_the_command(officer, wilma, notes, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    restored = sqlite3.connect(copy)
    restored.executescript("\n".join(connection.connection.iterdump()))
    restored.close()
    subject_erase(officer, erasure_of(officer, wilma).pk)
    (tmp_path / "tombstones.jsonl").write_text(tombstones())
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{copy}"}
    command = [sys.executable, "manage.py", "reapply_erasures", str(tmp_path / "tombstones.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "1 records erased again." in done.stdout
    text = "\n".join(sqlite3.connect(copy).iterdump()).casefold()
    assert not [trace for trace in TRACES if trace in text]
