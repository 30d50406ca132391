"""Searching and erasing go on outside of any page: by slices, after a kill from where they were, failing with words."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from auditlog.holds import hold_set
from auditlog.models import AuditEvent
from auditlog.services import record
from crm.core.errors import Conflict, NotFound
from crm.core.ids import first_of, uuid7
from crm.ops.job_running import run_due_jobs
from crm.ops.models import JobRun
from crm.privacy import working
from crm.privacy.erasing import plan_for
from crm.privacy.models import Erasure, SubjectWork, WorkKind, WorkState
from crm.privacy.subjects import chosen
from crm.privacy.tests.conftest import EMAIL
from crm.privacy.tests.dumps import dump, findings
from crm.privacy.tests.test_erasure import TRACES, erasure_of, far_and_wide
from crm.privacy.works import JOB, latest_search, work_start
from customers.models import Contact
from customers.services import contact_update, note_create

__all__ = ["far_and_wide"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(officer, wilma, notes):
    return erasure_of(officer, wilma)


def started(officer, request, kind=WorkKind.SEARCH):
    return work_start(officer, request.pk, kind)


def test_the_search_finds_what_the_erasure_then_does(officer, wilma, lead, far_and_wide, go_on):
    request = erasure_of(officer, wilma, lead)
    work = started(officer, request)
    before = plan_for(chosen(officer, request.subjects), request).counts()
    go_on()
    work.refresh_from_db()
    assert (work.state, work.counts) == ("done", before) and work.events_read >= AuditEvent.objects.count() - 1
    assert not [trace for trace in TRACES if trace in str([work.samples, work.counts, work.event_ids])]
    erasing = started(officer, request, WorkKind.ERASE)
    assert erasing.position == work.position
    go_on()
    erasing.refresh_from_db()
    assert erasing.state == "done" and erasing.counts == Erasure.objects.get().counts
    assert not [trace for trace in TRACES if trace in dump()] and findings() == []


def test_an_event_after_the_search_is_erased_too(officer, actor, wilma, asked, go_on):
    started(officer, asked)
    go_on()
    note_create(actor, body=f"{EMAIL} called again", customer=wilma.customer)
    started(officer, asked, WorkKind.ERASE)
    note_create(actor, body=f"{EMAIL} called a third time", customer=wilma.customer)
    go_on()
    assert not [trace for trace in TRACES if trace in dump()] and findings() == []


def test_a_killed_search_goes_on_from_where_it_was(officer, actor, wilma, asked, go_on, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 2)
    read, reads = working.read_on, []

    def dies(found, after, number):
        reads.append(after)
        if len(reads) == 3:
            raise KeyboardInterrupt
        return read(found, after, number)

    monkeypatch.setattr(working, "read_on", dies)
    work = started(officer, asked)
    with pytest.raises(KeyboardInterrupt):
        go_on()
    work.refresh_from_db()
    assert (work.state, work.events_read) == ("running", 4) and work.lease
    go_on()
    assert len(reads) == 3  # nobody else begins while its lease holds
    SubjectWork.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    go_on()
    assert reads[3] == work.position and reads.count(None) == 1
    work.refresh_from_db()
    assert (work.state, work.attempts) == ("done", 0)
    assert set(map(UUID, work.event_ids)) <= set(plan_for([wilma], asked).events)
    assert len(set(work.event_ids)) == len(work.event_ids) >= 2


def test_its_turn_ends_so_that_other_jobs_have_theirs(officer, asked, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 1)
    monkeypatch.setattr(working, "SLICE", 0.0)
    work = started(officer, asked)
    monkeypatch.setattr(working, "_take", once(working._take))
    working.SLICE = 0.001
    working.work_on_personal_data(officer, timezone.now())
    work.refresh_from_db()
    assert work.state == "running" and work.lease is None and work.events_read < AuditEvent.objects.count()
    assert JobRun.objects.filter(job=JOB, started_at__isnull=True).exists()


def once(act):
    calls = []
    return lambda: None if calls else (calls.append(1), act())[1]


def test_starting_asks_for_the_job_which_runs_beside_its_schedule(officer, asked):
    work = started(officer, asked)
    assert [run.job for run in run_due_jobs() if run.job == JOB and not run.error]
    work.refresh_from_db()
    assert work.state == "done"
    told = AuditEvent.objects.filter(object_id=str(asked.pk), action="subject_requests.search_started")
    assert told.get().actor_id == officer.id


def test_what_forbids_it_is_said_at_once(officer, teammate, wilma, asked):
    with pytest.raises(Conflict) as refusal:
        started(officer, erasure_of(officer, teammate), WorkKind.ERASE)
    assert refusal.value.code == "still_active"
    hold_set(officer, object_type="contact", object_id=str(wilma.pk), reason="dispute 7")
    with pytest.raises(Conflict, match="dispute 7"):
        started(officer, asked, WorkKind.ERASE)
    assert not SubjectWork.objects.exists()


def test_what_forbids_it_later_is_kept_in_words(officer, notes, asked, go_on, sign_in, superadmin):
    work = started(officer, asked, WorkKind.ERASE)
    hold_set(officer, object_type="note", object_id=str(notes[0].pk), reason="dispute 7")
    go_on()
    work.refresh_from_db()
    assert (work.state, work.code) == ("failed", "legal_hold") and "dispute 7" in work.fault
    page = sign_in(superadmin).get(f"/compliance/subjects/{asked.pk}/erase/").text
    assert "Nothing was erased" in page and "dispute 7" in page
    assert Contact.objects.get(email=EMAIL)


def test_what_breaks_every_time_ends_with_words(officer, asked, go_on, monkeypatch):
    def breaks(*args):
        raise RuntimeError("disk")

    monkeypatch.setattr(working, "plan_for", breaks)
    monkeypatch.setattr(working, "read_on", breaks)
    work = started(officer, asked)
    for _try in range(working.MOST_ATTEMPTS + 1):
        go_on()
    work.refresh_from_db()
    assert (work.state, work.code) == ("failed", "work_stopped") and "Start it again" in work.fault


def test_who_may_no_longer_do_it_when_its_turn_comes_does_not(officer, superadmin, asked, go_on):
    work = started(officer, asked, WorkKind.ERASE)
    User.objects.filter(pk=superadmin.pk).update(is_active=False)
    go_on()
    work.refresh_from_db()
    assert work.state == "failed" and Contact.objects.filter(email=EMAIL).exists()


def test_a_crash_after_the_erasure_is_no_failure(officer, asked, go_on):
    work = started(officer, asked, WorkKind.ERASE)
    go_on()
    SubjectWork.objects.filter(pk=work.pk).update(state="running", finished_at=None)
    go_on()
    work.refresh_from_db()
    assert work.state == WorkState.DONE and Erasure.objects.count() == 1


def test_other_records_chosen_since_ask_for_another_search(officer, asked, lead, go_on):
    started(officer, asked)
    go_on()
    assert latest_search(asked)
    asked.subjects = [*asked.subjects, ["lead", str(lead.pk)]]
    asked.save()
    assert latest_search(asked) is None


def test_out_of_reach_nothing_is_started(make_user, as_actor, south, owner, asked, sign_in):
    with pytest.raises(NotFound):
        started(as_actor(make_user("a@south.example", "admin", (south,))), asked)
    assert sign_in(owner).post(f"/compliance/subjects/{asked.pk}/search/").status_code == 403
    assert sign_in(owner).get(f"/compliance/subjects/{asked.pk}/progress/search/").status_code == 403
    assert not SubjectWork.objects.exists()


def test_ids_since_a_moment(officer, wilma):
    """By which what is younger than a search is found."""
    before = first_of(timezone.now() - timedelta(seconds=1))
    event = record(officer, "contacts.viewed_sensitive", wilma)
    assert before < event.pk < uuid7() < first_of(timezone.now() + timedelta(seconds=1))
    contact_update(officer, wilma.pk, title="Cellist")
    assert AuditEvent.objects.filter(pk__gte=before, action="contacts.updated").exists()
