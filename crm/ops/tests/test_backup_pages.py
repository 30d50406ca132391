"""Settings → Backups, the API and health: the last verified one first, and who may ask for another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.ops.backups.errors import NoKey
from crm.ops.backups.keys import new_identity
from crm.ops.backups.standing import standing
from crm.ops.backups.working import NO_IDENTITY, NOT_SET, backup_by_the_clock, verify_by_the_clock
from crm.ops.models import BackupRun, JobRun

pytestmark = pytest.mark.django_db
BY = Actor.system("backup")


def kept(name="20261128T201507Z-0123456789ab", **more):
    now = timezone.now()
    own = {"state": "done", "taken_at": now, "started_at": now, "finished_at": now + timedelta(seconds=12)}
    return BackupRun.objects.create(**{**own, "name": name, "size": 5_000_000, "rows": 1234, "files": 7, **more})


@pytest.fixture
def operator(superadmin, sign_in):
    return sign_in(superadmin)


def test_the_page_says_first_which_backup_is_verified(operator, settings):
    settings.BACKUP_IS_SET = True
    kept(verified_at=timezone.now() - timedelta(hours=3), taken_at=timezone.now() - timedelta(hours=5))
    page = operator.get("/settings/backups/").content.decode()
    assert "5 hours ago" in page and "restored and compared" in page and "12.0 s" in page
    assert page.index("Last verified backup") < page.index("<tbody>")


def test_without_any_it_says_that_nobody_knows(operator, settings):
    settings.BACKUP_IS_SET = True
    page = operator.get("/settings/backups/").content.decode()
    assert "nobody knows whether one can be restored" in page and "There is no backup yet" in page


def test_where_nothing_is_set_up_it_says_so(operator):
    assert "BACKUP_DIR" in operator.get("/settings/backups/").content.decode()


def test_a_failure_stands_there_in_words(operator, settings):
    settings.BACKUP_IS_SET = True
    kept(state="failed", error="The disk is full: pg_dump")
    kept("older", finding="database.dump.age does not have the checksum", created_at=timezone.now() - timedelta(days=1))
    page = operator.get("/settings/backups/").content.decode()
    assert page.count("The disk is full: pg_dump") == 2 and "does not verify" in page


def test_the_list_takes_as_many_queries_with_many_as_with_none(operator, django_assert_max_num_queries):
    for number in range(20):
        kept(f"backup-{number}")
    with django_assert_max_num_queries(14):
        operator.get("/settings/backups/")


def test_back_up_now_asks_once(operator, superadmin):
    assert operator.post("/settings/backups/new/", follow=True).status_code == 200
    operator.post("/settings/backups/new/")
    run = BackupRun.objects.get()
    assert (run.state, run.kind, run.requested_by) == ("asked", "asked", str(superadmin))
    assert JobRun.objects.filter(job="backup").count() == 1
    assert AuditEvent.objects.filter(action="backups.requested").count() == 1


def test_verify_asks_once_and_only_for_what_is_there(operator):
    run, failed = kept(), kept("failed", state="failed")
    operator.post(f"/settings/backups/{run.pk}/verify/")
    run.refresh_from_db()
    assert run.verify_asked_at and JobRun.objects.filter(job="backup-verify").count() == 1
    assert operator.post(f"/settings/backups/{failed.pk}/verify/").status_code == 409
    base = kept("base", kind="base")
    assert operator.post(f"/settings/backups/{base.pk}/verify/").status_code == 409


def test_who_may_not_sees_and_asks_for_nothing(owner, sign_in, api, make_user):
    run = kept()
    client = sign_in(owner)
    assert client.get("/settings/backups/").status_code == 403
    assert client.post("/settings/backups/new/").status_code == 403
    assert client.post(f"/settings/backups/{run.pk}/verify/").status_code == 403
    assert api(owner).get("backups/").status_code == 403 and api(owner).post("backups/").status_code == 403
    reader = make_user("auditor@vouch.example", "auditor")
    page = sign_in(reader).get("/settings/backups/").content.decode()
    assert "Back up now" not in page and run.name not in BackupRun.objects.filter(state="asked")
    assert api(reader).get("backups/").status_code == 200 and api(reader).post("backups/").status_code == 403
    assert BackupRun.objects.count() == 1


def test_the_api_lists_asks_and_verifies(api, superadmin):
    run = kept()
    (listed,) = api(superadmin).get("backups/").json()["results"]
    assert listed["name"] == run.name and listed["seconds"] == 12.0 and listed["verified_at"] is None
    asked = api(superadmin).post("backups/")
    assert asked.status_code == 202 and asked.json()["state"] == "asked"
    assert api(superadmin).post("backups/").json()["id"] == asked.json()["id"]
    verified = api(superadmin).post(f"backups/{run.pk}/verify")
    assert verified.status_code == 202 and verified.json()["verify_asked_at"]
    refused = api(superadmin).post(f"backups/{asked.json()['id']}/verify")
    assert refused.status_code == 409 and refused.json()["error"]["code"] == "backup_not_there"


def test_the_clock_does_nothing_where_no_place_is_named():
    assert backup_by_the_clock(BY, timezone.now()) == NOT_SET == verify_by_the_clock(BY, timezone.now())
    assert not BackupRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_the_identity_is_elsewhere_the_clock_leaves_verifying_to_whoever_has_it(place, settings):
    """A job that failed each week, as it is set up, would hide one that fails. What somebody asks for does fail."""
    identity, recipient = new_identity()
    settings.BACKUP_ENCRYPTION_KEY = [recipient]
    backup_by_the_clock(BY, timezone.now())
    assert verify_by_the_clock(BY, timezone.now()) == NO_IDENTITY and standing().needs_a_look
    BackupRun.objects.update(verify_asked_at=timezone.now())
    with pytest.raises(NoKey):
        verify_by_the_clock(BY, timezone.now())
    settings.BACKUP_DECRYPTION_KEY = [identity]
    assert "verified" in verify_by_the_clock(BY, timezone.now())


def test_health_tells_the_age_of_what_is_proved(client, settings):
    settings.BACKUP_IS_SET = True
    told = client.get("/api/v1/health").json()
    assert told["checks"]["backup"] == "degraded" and told["backup"]["age_seconds"] is None
    run = kept(verified_at=timezone.now(), taken_at=timezone.now() - timedelta(hours=2))
    told = client.get("/api/v1/health").json()
    assert told["checks"]["backup"] == "ok" and 7200 <= told["backup"]["age_seconds"] < 7260
    run.finding = "It does not hold what was backed up"
    run.save()
    assert client.get("/api/v1/health").json()["checks"]["backup"] == "degraded"


def test_past_the_time_that_is_set_it_is_too_old(settings):
    settings.BACKUP_IS_SET, settings.BACKUP_VERIFIED_WITHIN = True, timedelta(hours=26)
    kept(verified_at=timezone.now(), taken_at=timezone.now() - timedelta(hours=27))
    assert standing().needs_a_look and not standing(timezone.now() - timedelta(hours=2)).needs_a_look


def test_production_without_any_place_needs_a_look_and_a_demo_does_not(settings):
    assert not standing().needs_a_look
    settings.PRODUCTION = True
    assert standing().needs_a_look


@pytest.mark.django_db(transaction=True)
def test_the_clock_makes_one_proves_it_and_takes_what_was_asked_for(place, superadmin, sign_in):
    sign_in(superadmin).post("/settings/backups/new/")
    assert "rows" in backup_by_the_clock(BY, timezone.now())
    run = BackupRun.objects.get()
    assert (run.state, run.kind, run.requested_by) == ("done", "asked", str(superadmin))
    assert "verified" in verify_by_the_clock(BY, timezone.now())
    run.refresh_from_db()
    assert run.verified_at and standing().proved_at == run.taken_at
