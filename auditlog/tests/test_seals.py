"""Seals: what is recorded is sealed once, in one chain, and anybody can verify it; what is changed is named."""

import json
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from structlog.testing import capture_logs

from auditlog import append_only
from auditlog.erasing import erase
from auditlog.models import AuditEvent, AuditSeal
from auditlog.sealing import seal_pending
from auditlog.services import build_event, record
from auditlog.signing import public_pems
from auditlog.tests.tampering import ACTOR, findings, history, statement, without_triggers
from auditlog.trail import inclusion_proof

SCRIPT = Path(append_only.__file__).with_name("proof.py")

pytestmark = pytest.mark.django_db


def test_every_event_is_sealed_once_and_verifies():
    seals = history()
    assert [seal.seq for seal in AuditSeal.objects.all()] == list(range(1, len(seals) + 1))
    assert {seal.retention for seal in seals} == {"normal", "sensitive"}
    assert not AuditEvent.objects.filter(seal__isnull=True).exists()
    assert sum(seal.n for seal in seals) == AuditEvent.objects.count()
    assert findings() == [] and findings(since=3) == []
    assert seal_pending() == []


def test_each_seal_is_published_to_the_log():
    with capture_logs() as logs:
        seals = history(rounds=1)
    published = [line for line in logs if line["event"] == "audit_seal"]
    assert [line["signature"] for line in published] == [seal.signature for seal in seals]


def test_an_event_that_waits_too_long_for_its_seal_is_named():
    event = record(ACTOR, "customers.updated")
    assert findings() == []
    found = findings(at=timezone.now() + timedelta(minutes=6))
    assert [(one.kind, one.event) for one in found] == [("event.unsealed", str(event.pk))]


def test_a_former_key_still_verifies_and_an_unknown_one_does_not(settings):
    old, new = (f"{letter}UfW8dA9c1q0Zr5tYy2bX4nM6vK7pL3sJhGgFfEeDd0=" for letter in "AB")
    settings.AUDIT_SIGNING_KEY = [old]
    history(rounds=1)
    settings.AUDIT_SIGNING_KEY = [new, old]
    history(rounds=1)
    assert findings() == []
    settings.AUDIT_SIGNING_KEY = [new]
    assert {one.kind for one in findings()} == {"seal.signature"}


def test_a_seal_of_the_past_may_be_empty_after_its_time_only(settings):
    settings.AUDIT_RETENTION = {"normal": timedelta(days=1), "sensitive": timedelta(days=9)}
    normal = next(seal for seal in history(rounds=1) if seal.retention == "normal")
    without_triggers()
    statement("DELETE FROM auditlog_auditevent WHERE seal_id = %s", normal.seq)
    assert [one.kind for one in findings()] == ["seal.emptied"]
    assert findings(at=timezone.now() + timedelta(days=2)) == []


class TestErasure:
    def test_personal_data_go_and_the_event_still_verifies(self):
        history(rounds=1)
        event = AuditEvent.objects.filter(action="customers.updated").first()
        assert event is not None
        erase(ACTOR, [event.pk], "a person asked for it")
        seal_pending()
        event.refresh_from_db()
        assert (event.actor_label, event.address, event.changes, bytes(event.salt)) == ("", "", "", b"")
        assert findings() == []

    def test_without_a_sealed_event_that_says_why_it_is_named(self):
        history(rounds=1)
        event = AuditEvent.objects.filter(action="customers.updated").latest("id")
        blank = ", ".join(f"{name} = ''" for name in append_only.PERSONAL)
        statement(
            f"UPDATE auditlog_auditevent SET erased_at = %s, salt = %s, {blank} WHERE id = %s",
            timezone.now(),
            b"",
            event.pk,
        )
        assert [(one.kind, one.event) for one in findings()] == [("event.erased", str(event.pk))]


class TestFromOutside:
    def test_the_stand_alone_verifier_needs_the_export_and_the_public_key(self, tmp_path):
        seals = history(rounds=2)
        call_command("audit_export", tmp_path / "trail.jsonl", verbosity=0)
        ran = self.verify(tmp_path, "trail.jsonl")
        assert (ran.returncode, ran.stdout) == (0, f"{len(seals)} seals, 24 events: verified\n")
        text = (tmp_path / "trail.jsonl").read_text()
        (tmp_path / "trail.jsonl").write_text(text.replace("after 1", "after 9", 1))
        ran = self.verify(tmp_path, "trail.jsonl")
        assert ran.returncode == 1 and "event.personal" in ran.stdout

    def test_one_event_is_proved_by_its_path(self, tmp_path):
        history(rounds=1)
        event = AuditEvent.objects.filter(action="users.updated").latest("id")
        proof = inclusion_proof(event)
        for kid, pem in public_pems().items():
            (tmp_path / f"audit-{kid}.pem").write_text(pem)
        (tmp_path / "proof.json").write_text(json.dumps(proof))
        assert self.verify(tmp_path, "proof.json").returncode == 0
        proof["event"]["action"] = "users.deleted"
        (tmp_path / "proof.json").write_text(json.dumps(proof))
        ran = self.verify(tmp_path, "proof.json")
        assert ran.returncode == 1 and "proof.root" in ran.stdout

    def verify(self, directory: Path, name: str) -> "subprocess.CompletedProcess[str]":
        keys = [part for key in directory.glob("*.pem") for part in ("--public-key", str(key))]
        command = [sys.executable, str(SCRIPT), str(directory / name), *keys]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)


def test_the_commands_say_what_they_found(capsys):
    history(rounds=1)
    call_command("audit_verify")
    assert "12 events: verified" in capsys.readouterr().out
    without_triggers()
    statement("UPDATE auditlog_auditevent SET door = 'page'")
    with pytest.raises((SystemExit, CommandError)):
        call_command("audit_verify")
    told = capsys.readouterr()
    assert "event.changed" in told.err and "14 findings" in told.out


def test_a_restored_copy_is_judged_by_the_moment_that_it_shows():
    """What waited for its seal when the copy was made did not wait since."""
    then = timezone.now() - timedelta(days=3)
    build_event(ACTOR, "customers.updated", None, None, then).save(force_insert=True)
    with pytest.raises(SystemExit):
        call_command("audit_verify", stdout=StringIO(), stderr=StringIO())
    call_command("audit_verify", at=then, stdout=StringIO(), stderr=StringIO())
