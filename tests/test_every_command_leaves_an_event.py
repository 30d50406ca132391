"""Every `manage.py` command of ours that changes data leaves an event, through the door "command" or as a job."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command, get_commands
from django.utils import timezone

from accounts.models import User
from auditlog.models import AuditEvent
from auditlog.sealing import seal_pending
from auditlog.services import record
from auditlog.tests.tampering import ACTOR

OURS = ("accounts", "auditlog", "crm", "customers", "deals")
PASSWORD = "Copper-kettle-91"  # nosec B105
pytestmark = pytest.mark.django_db


def changed_password(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    monkeypatch.setattr("getpass.getpass", lambda **_: PASSWORD)
    return ["changepassword", person.email]


def superuser(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    return ["createsuperuser", "--noinput", "--email=first@acme.example"]


def key(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    return ["create_api_key", f"--user={person.email}", "--name=Night job", "--scopes=customers:read"]


def client(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    return ["create_oauth_client", "--name=Tool", "--type=confidential", "--scopes=customers:read"]


def reset(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    return ["reset_second_factor", person.email]


def imported(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    file = tmp_path / "people.csv"
    file.write_text("last_name,email\nBirch,birch@acme.example\n")
    return ["import_records", str(file), "--resource=contacts", "--team=North"]


def exported_records(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    return ["export_records", "contacts", str(tmp_path / "contacts.csv"), f"--user={person.email}"]


def purged(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    """With an event that is past its time."""
    record(ACTOR, "customers.updated")
    seal_pending(timezone.now() - timedelta(days=20 * 365))
    return ["purge_expired"]


def exported(person: User, monkeypatch: Any, tmp_path: Any) -> list[Any]:
    return ["audit_export", str(tmp_path / "trail.jsonl")]


CALLS: dict[str, Callable[..., list[Any]]] = {
    "changepassword": changed_password,
    "createsuperuser": superuser,
    "create_api_key": key,
    "create_oauth_client": client,
    "reset_second_factor": reset,
    "import_records": imported,
    "export_records": exported_records,
    "purge_expired": purged,
    "audit_export": exported,
    "reapply_erasures": lambda *_: ["reapply_erasures"],
    "rotate_keys": lambda *_: ["rotate_keys"],
    "demo_data": lambda *_: ["demo_data", "--customers=2", "--contacts=2", "--deals=1", "--activities=1"],
}
REASONS = {
    "audit_seal": "makes the seals, which are the trail's own evidence and go to the log",
    "audit_verify": "reads",
    "audit_database_role": "prints; what it applies is recorded, on PostgreSQL alone (test_database_role.py)",
    "permission_report": "reads",
    **dict.fromkeys(("backup", "backup_verify", "restore"), "as service_calls says; crm/ops/tests/test_restore.py"),
    "backup_list": "reads",
    "migrate": "is Django's, with more patience",
    "upgrade_check": "reads",
    "list_erasures": "reads",
    "run_jobs": "runs jobs, which call services",
    "outbox_loop": "sends what a service has put there",
    "serve_metrics": "reads",
    "generate_secrets": "writes a file before there is a database",
}


def ours() -> set[str]:
    return {name for name, app in get_commands().items() if app.partition(".")[0] in OURS}


def test_every_command_is_known():
    assert ours() == set(CALLS) | set(REASONS) and not set(CALLS) & set(REASONS)


@pytest.mark.parametrize("name", CALLS)
def test_a_command_leaves_an_event(name, make_user, north, monkeypatch, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    words = CALLS[name](make_user("person@north.example", "superadmin", (north,)), monkeypatch, tmp_path)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    left = AuditEvent.objects.exclude(pk__in=before)
    assert left.exists()
    assert name in ("demo_data",) or set(left.values_list("door", flat=True)) <= {"command", "job", "import"}
