"""The application's own role on PostgreSQL: the product works, and the trail only grows."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from auditlog.erasing import erase
from auditlog.models import AuditEvent
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.tests.tampering import ACTOR, findings, history, statement
from customers import services

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
pytestmark = pytest.mark.django_db


@pytest.fixture
def app_role() -> Iterator[str]:
    """The session belongs to that role, as if it had connected so; all of it is taken back with the test."""
    name = f"app_{connection.settings_dict['NAME']}"[:60]
    statement(f"CREATE ROLE {connection.ops.quote_name(name)}")
    call_command("audit_database_role", name, "--apply", stdout=io.StringIO())
    statement(f"SET LOCAL SESSION AUTHORIZATION {connection.ops.quote_name(name)}")
    yield name
    statement("RESET SESSION AUTHORIZATION")


@on_postgresql
@pytest.mark.parametrize(
    "sql",
    [
        *("UPDATE auditlog_auditevent SET action = 'x'", "UPDATE auditlog_auditevent SET actor_label = 'x'"),
        *("UPDATE auditlog_auditevent SET leaf = ''", "DELETE FROM auditlog_auditevent"),
        *("UPDATE auditlog_auditseal SET n = 0", "DELETE FROM auditlog_auditseal"),
        *("UPDATE auditlog_securityevent SET kind = 'x'", "DELETE FROM auditlog_securityevent"),
        *("TRUNCATE auditlog_auditevent", "TRUNCATE auditlog_auditseal", "TRUNCATE auditlog_securityevent"),
        *(
            "ALTER TABLE auditlog_auditevent DISABLE TRIGGER ALL",
            "DROP TRIGGER audit_append_only ON auditlog_auditevent",
        ),
        *("ALTER TABLE auditlog_auditseal DISABLE TRIGGER ALL", "DROP TABLE auditlog_auditevent CASCADE"),
        *("DROP FUNCTION audit_event_guard() CASCADE", "SET session_replication_role = replica"),
        "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ],
)
def test_the_trail_cannot_be_changed_nor_its_guard_taken_off(sql, app_role):
    history(rounds=1, each=4)
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner|append-only"), transaction.atomic():
        statement(sql)
    assert findings() == []


@on_postgresql
def test_the_product_works_with_it(as_actor, owner, app_role, settings):
    made = services.customer_create(as_actor(owner), name="Acme")
    services.customer_update(as_actor(owner), made.pk, name="Acme 2")
    assert seal_pending()
    assert erase(ACTOR, AuditEvent.objects.values_list("pk", flat=True)[:1], "asked") == 1
    settings.AUDIT_RETENTION = dict.fromkeys(("normal", "sensitive"), timedelta(hours=-1))
    seal_pending()
    assert purge_events(ACTOR) > 0
    services.customer_delete(as_actor(owner), made.pk)


@on_postgresql
def test_the_owner_of_the_tables_is_refused_as_the_role_of_the_application():
    with pytest.raises(CommandError, match="another one"):
        call_command("audit_database_role", connection.settings_dict["USER"], stdout=io.StringIO())


@on_postgresql
def test_without_apply_it_only_says_what_it_would_do(django_user_model):
    out, before = io.StringIO(), timezone.now()
    call_command("audit_database_role", "vouch_app", stdout=out)
    assert 'GRANT SELECT, INSERT ON auditlog_auditseal TO "vouch_app";' in out.getvalue()
    assert not AuditEvent.objects.filter(at__gte=before).exists()


@pytest.mark.skipif("connection.vendor == 'postgresql'")
def test_sqlite_has_no_roles():
    with pytest.raises(CommandError, match="PostgreSQL"):
        call_command("audit_database_role", "vouch_app")
