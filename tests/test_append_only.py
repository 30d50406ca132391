"""The trail cannot be changed or removed by anybody who reaches the database, and follows the change it tells of."""

import pytest
from django.db import DatabaseError, connection, transaction

from auditlog import append_only
from auditlog.models import AuditEvent, SecurityEvent, Severity
from auditlog.sealing import seal_pending
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin
from customers import services
from customers.models import Customer

pytestmark = pytest.mark.django_db
PAST = "2020-01-01 00:00:00+00"
EVENTS, SECURITY = "auditlog_auditevent", "auditlog_securityevent"


@pytest.fixture
def event() -> AuditEvent:
    return record(Actor.system("test"), "tests.happened")


STATEMENTS = [
    f"UPDATE {EVENTS} SET actor_label = 'somebody else'",
    f"UPDATE {EVENTS} SET changes = changes",
    f"DELETE FROM {EVENTS}",
    pytest.param(f"TRUNCATE {EVENTS}", marks=pytest.mark.postgres),
    f"UPDATE {SECURITY} SET severity = 'info'",
    f"DELETE FROM {SECURITY}",
    pytest.param(f"TRUNCATE {SECURITY}", marks=pytest.mark.postgres),
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_itself_refuses(statement, event):
    security_event("token.reused", Severity.HIGH, Origin())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    event.refresh_from_db()
    assert event.actor_label == "system:test" and SecurityEvent.objects.get().severity == Severity.HIGH


@pytest.mark.parametrize("act", ["save", "delete", "update", "bulk"])
def test_the_orm_is_refused_too(act, event):
    event.actor_label = "somebody else"
    acts = {
        "save": event.save,
        "delete": event.delete,
        "update": lambda: AuditEvent.objects.update(actor_label="somebody else"),
        "bulk": lambda: AuditEvent.objects.all().delete(),
    }
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        acts[act]()
    assert AuditEvent.objects.get(pk=event.pk).actor_label == "system:test"


def test_a_transaction_taken_back_leaves_neither_the_change_nor_its_event(owner, as_actor, north):
    with transaction.atomic():
        services.customer_create(as_actor(owner), name="Never was")
        transaction.set_rollback(True)
    assert not Customer.objects.exists() and not AuditEvent.objects.filter(action="customers.created").exists()


def test_without_its_event_there_is_no_change(owner, as_actor, north, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no room for events")

    monkeypatch.setattr(AuditEvent, "save", refuse)
    with pytest.raises(DatabaseError), transaction.atomic():
        services.customer_create(as_actor(owner), name="Untold")
    assert not Customer.objects.exists()


SEALED, OTHER = f"UPDATE {EVENTS} SET seal_id = 1", f"UPDATE {EVENTS} SET seal_id = 2"
BLANKED = ", ".join(f"{name} = ''" for name in append_only.PERSONAL)
ERASED = f"UPDATE {EVENTS} SET erased_at = '2026-01-01 00:00:00+00', salt = {{empty}}, {BLANKED}"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (SEALED, OTHER),
        (SEALED, f"UPDATE {EVENTS} SET seal_id = NULL"),
        (SEALED, f"UPDATE {EVENTS} SET seal_id = 1"),
        (ERASED, ERASED),
        (ERASED, f"UPDATE {EVENTS} SET actor_label = 'somebody else'"),
        (ERASED, f"UPDATE {EVENTS} SET erased_at = NULL"),
        ("", f"{SEALED}, door = 'page'"),
        ("", f"{SEALED}, actor_label = ''"),
        ("", f"UPDATE {EVENTS} SET erased_at = '2026-01-01 00:00:00+00'"),
        ("", f"{ERASED}, action = 'x'"),
        ("", f"{ERASED}, seal_id = 1"),
    ],
)
def test_an_event_is_sealed_once_and_erased_once_and_changes_in_no_other_way(allowed, refused, event):
    empty = "''" if connection.vendor == "postgresql" else "x''"
    with connection.cursor() as cursor:
        if allowed:
            cursor.execute(allowed.format(empty=empty))
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(refused.format(empty=empty))


NOBODY = ", ".join(f"{name} = '{value}'" for name, value in append_only.SECURITY_PERSONAL.items())
WHEN = "erased_at = '2026-01-01 00:00:00+00'"
NAMELESS = f"UPDATE {SECURITY} SET {WHEN}, {NOBODY}"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (NAMELESS, NAMELESS),
        (NAMELESS, f"UPDATE {SECURITY} SET person_label = 'somebody else'"),
        (NAMELESS, f"UPDATE {SECURITY} SET erased_at = NULL"),
        ("", f"UPDATE {SECURITY} SET {NOBODY}"),
        ("", f"UPDATE {SECURITY} SET {WHEN}"),
        ("", f"UPDATE {SECURITY} SET {WHEN}, details = '{{}}', address = ''"),
        *(("", f"{NAMELESS}, {lasting}") for lasting in ("kind = 'x'", "severity = 'info'", f"at = '{PAST}'")),
    ],
)
def test_a_security_event_is_blanked_once_and_entirely_and_changes_in_no_other_way(allowed, refused):
    origin = Origin("192.0.2.7", "curl")
    security_event("token.reused", Severity.HIGH, origin, person_label="olive@north.example", reason="used twice")
    with connection.cursor() as cursor:
        if allowed:
            cursor.execute(allowed)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(refused)


def test_a_seal_never_changes(event):
    [seal] = seal_pending()
    for statement in ("UPDATE auditlog_auditseal SET n = 9", "DELETE FROM auditlog_auditseal"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    seal.refresh_from_db()
    assert seal.n == 1
