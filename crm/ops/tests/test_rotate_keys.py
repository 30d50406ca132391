"""New keys: everything encrypted moves, nothing of the application is overwritten, and what stays behind is told."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.mfa.rotation import reencrypt_all as reencrypt_factors
from accounts.models import Session
from auditlog.models import AuditEvent
from crm.core.encryption import encrypt, is_current
from crm.ops import reencryption
from crm.ops.hashed import register_hashes
from crm.ops.keys import LONGEST_LIFE, RINGS, ages, first_seen, ring
from crm.ops.models import SeenKey
from crm.ops.reencryption import Outcome, columns, reencrypt

pytestmark = pytest.mark.django_db
FORMER, NEW = (Fernet.generate_key().decode() for _ in range(2))


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT data FROM {Session._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def sessions(settings: Any) -> list[Session]:
    """Seven rows under the former key, which is no longer the newest."""
    settings.SECRET_ENCRYPTION_KEY = [FORMER]
    rows = [Session.objects.create(key=f"key-{number}", data=f"text {number}") for number in range(7)]
    settings.SECRET_ENCRYPTION_KEY = [NEW, FORMER]
    return rows


def rotated() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def test_columns_are_found_by_reflection():
    assert (Session, "data") in columns()


def test_every_row_moves_and_says_the_same_without_the_former_key(sessions, settings):
    assert not any(map(is_current, stored()))
    assert "accounts_session.data: 7 moved, 0 left, 0 unreadable" in rotated()
    settings.SECRET_ENCRYPTION_KEY = [NEW]
    assert [row.data for row in Session.objects.order_by("pk")] == [f"text {number}" for number in range(7)]


def test_a_second_run_moves_nothing(sessions):
    rotated()
    before = stored()
    assert "accounts_session.data: 0 moved, 0 left" in rotated()
    assert stored() == before


def test_stopped_half_way_it_goes_on_where_it_was(sessions, monkeypatch):
    monkeypatch.setattr(reencryption, "BATCH", 2)
    move, calls = reencryption._move, []

    def fail_at_the_fifth(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 5:
            raise KeyboardInterrupt
        move(*args)

    monkeypatch.setattr(reencryption, "_move", fail_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        reencrypt(Session, "data")
    assert sum(map(is_current, stored())) == 4
    monkeypatch.setattr(reencryption, "_move", move)
    assert reencrypt(Session, "data") == Outcome("accounts_session.data", moved=3)


def test_what_the_application_writes_meanwhile_stays(sessions, monkeypatch):
    read = reencryption.decrypt

    def write_first(text: str) -> str:
        Session.objects.filter(pk=sessions[0].pk).update(data="written meanwhile")
        return read(text)

    monkeypatch.setattr(reencryption, "decrypt", write_first)
    reencrypt(Session, "data")
    assert Session.objects.get(pk=sessions[0].pk).data == "written meanwhile"
    assert all(map(is_current, stored()))


def test_what_no_key_reads_is_told_and_the_rest_still_moves(sessions, settings):
    settings.SECRET_ENCRYPTION_KEY = [Fernet.generate_key().decode()]
    lost = encrypt("under a lost key")
    settings.SECRET_ENCRYPTION_KEY = [NEW, FORMER]
    with connection.cursor() as cursor:
        table = Session._meta.db_table
        cursor.execute(f"UPDATE {table} SET data = %s WHERE data = %s", [lost, stored()[2]])
    out = StringIO()
    with pytest.raises(CommandError, match=r"accounts_session\.data"):
        call_command("rotate_keys", stdout=out)
    assert "accounts_session.data: 6 moved, 0 left, 1 unreadable" in out.getvalue()
    assert lost in stored()


def test_it_leaves_an_event_without_any_secret(sessions):
    rotated()
    event = AuditEvent.objects.get(action="keys.rotated")
    assert event.actor_label == "system:rotate_keys" and "accounts_session.data" in event.changes
    assert NEW not in event.changes and FORMER not in event.changes


def test_second_factors_are_registered_to_move_too(sessions):
    rotated()
    assert reencryption._elsewhere["second factors"] is reencrypt_factors


class TestHashes:
    def test_with_one_key_nothing_rests_on_a_former_one(self, sessions):
        assert "accounts_session.key: at most 0 rows hashed" in rotated()

    def test_rows_older_than_the_newest_key_may_rest_on_a_former_one(self, sessions, settings):
        settings.OAUTH2_ENCRYPTION_KEY = [
            "a-new-key-of-forty-eight-characters-0123456789ab",
            *settings.OAUTH2_ENCRYPTION_KEY,
        ]
        first_seen()
        Session.objects.create(key="younger", data="x")
        assert "accounts_session.key: at most 7 rows hashed with a former key of OAUTH2_ENCRYPTION_KEY" in rotated()

    def test_rows_that_know_their_key_are_counted_exactly(self, monkeypatch):
        monkeypatch.setattr("crm.ops.hashed._exact", {})
        register_hashes("API keys", "API_KEY_PEPPER", lambda: 3)
        assert "API keys: 3 rows hashed with a former key of API_KEY_PEPPER" in rotated()


class TestAge:
    def test_it_counts_from_the_moment_a_key_was_first_seen(self):
        now = timezone.now()
        first_seen(now - timedelta(days=40))
        assert {age.days for age in ages(now).values()} == {40}

    def test_only_a_fingerprint_is_kept(self):
        first_seen()
        kept = "".join(SeenKey.objects.values_list("fingerprint", flat=True))
        assert SeenKey.objects.count() == len(RINGS)
        assert not [key for name in RINGS for key in ring(name) if key in kept]

    def test_a_new_key_in_front_is_young(self, settings):
        now = timezone.now()
        first_seen(now - timedelta(days=100))
        settings.API_KEY_PEPPER = ["new", *settings.API_KEY_PEPPER]
        assert (ages(now)["API_KEY_PEPPER"].days, ages(now)["SECRET_KEY"].days) == (0, 100)

    def test_going_back_to_a_former_key_does_not_make_it_young(self, settings):
        now = timezone.now()
        first_seen(now - timedelta(days=100))
        former = settings.API_KEY_PEPPER
        settings.API_KEY_PEPPER = ["new", *former]
        first_seen(now)
        settings.API_KEY_PEPPER = former
        assert ages(now)["API_KEY_PEPPER"].days == 100

    def test_health_says_when_it_is_time(self, client):
        assert client.get("/api/v1/health").json()["key_age_days"] == 0
        SeenKey.objects.filter(ring="SECRET_KEY").update(first_seen=timezone.now() - LONGEST_LIFE - timedelta(days=2))
        body = client.get("/api/v1/health").json()
        assert (body["status"], body["checks"]["keys"], body["key_age_days"]) == ("degraded", "degraded", 92)

    def test_the_command_fails_then_and_names_the_ring_without_the_key(self, settings):
        first_seen(timezone.now() - timedelta(days=91))
        settings.SECRET_ENCRYPTION_KEY = [NEW]
        with pytest.raises(CommandError) as told:
            rotated()
        assert "API_KEY_PEPPER is older than 90 days" in str(told.value)
        assert "SECRET_ENCRYPTION_KEY is" not in str(told.value)
        assert settings.SECRET_KEY not in str(told.value)
