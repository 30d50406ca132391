"""Time's work on keys: idle ones are switched off, expiring ones announced a week ahead, old counts deleted."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.apikeys.housekeeping import api_keys_expire
from accounts.apikeys.services import api_key_rotate
from accounts.models import ApiKey, ApiKeyUse
from accounts.tests.api_keys import make_key
from auditlog.models import AuditEvent
from crm.core.actor import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("housekeeping")
CREATED = "A new API key: Nightly export"


def later(**time):
    return timezone.now() + timedelta(**time)


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    def run_at(at):
        with django_capture_on_commit_callbacks(execute=True):
            done = api_keys_expire(SYSTEM, at)
        return done

    return run_at


@pytest.mark.parametrize(("days", "ended"), [(59, 0), (61, 1)])
def test_a_key_never_used_is_switched_off_after_sixty_days(owner, run, days, ended):
    key, _ = make_key(owner)
    assert run(later(days=days))["api_keys_idle"] == ended
    key.refresh_from_db()
    assert key.revoked_reason == ("idle" if ended else "")


def test_use_keeps_a_key_alive(owner, run):
    key, _ = make_key(owner, days=365)
    ApiKey.objects.update(last_used_at=later(days=50))
    assert run(later(days=109))["api_keys_idle"] == 0
    assert run(later(days=111))["api_keys_idle"] == 1
    assert [one.subject for one in mail.outbox] == [CREATED, "API key ended: Nightly export"]
    event = AuditEvent.objects.get(action="api_keys.revoked")
    assert (event.actor_label, event.object_id) == ("system:housekeeping", str(key.pk))


def test_a_person_is_reminded_once_a_week_ahead(owner, run):
    make_key(owner, days=30)
    assert run(later(days=22))["api_keys_reminded"] == 0
    assert run(later(days=24))["api_keys_reminded"] == 1
    assert run(later(days=25))["api_keys_reminded"] == 0
    assert [one.subject for one in mail.outbox] == [CREATED, "API key expires soon: Nightly export"]


def test_no_reminder_of_what_ended_or_has_its_successor(owner, as_actor, run):
    rotated, _ = make_key(owner, days=30)
    api_key_rotate(as_actor(owner), rotated.pk, days=365)
    make_key(owner, days=1, name="Expired")
    assert run(later(days=5))["api_keys_reminded"] == 0


def test_running_again_changes_nothing(owner, run):
    make_key(owner, days=365)
    assert run(later(days=100)) == {"api_keys_idle": 1, "api_keys_reminded": 0, "api_key_counts_deleted": 0}
    assert set(run(later(days=100)).values()) == {0}


def test_counts_are_kept_for_ninety_days(owner, run):
    key, _ = make_key(owner)
    for ago in (1, 89, 91, 200):
        ApiKeyUse.objects.create(key=key, day=later(days=-ago).date(), count=1)
    assert run(timezone.now())["api_key_counts_deleted"] == 2
