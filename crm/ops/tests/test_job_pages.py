"""The page of the jobs: what runs, how it went, and its buttons."""

import pytest
from django.urls import reverse

from crm.ops.job_running import job_rows, run_due_jobs
from crm.ops.models import Job, JobRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(superadmin, sign_in):
    return sign_in(superadmin)


@pytest.fixture
def job(operator):
    operator.get("/settings/jobs/")
    return job_rows()["audit-seals"]


def test_the_list_shows_each_job_and_its_last_run(operator, job):
    run_due_jobs()
    page = operator.get("/settings/jobs/").content.decode()
    assert "Audit seals" in page and "every minute" in page and "done" in page


def test_the_list_takes_as_many_queries_with_runs_as_without(operator, job, django_assert_max_num_queries):
    run_due_jobs()
    with django_assert_max_num_queries(12):
        operator.get("/settings/jobs/")


def test_a_failure_is_told_on_its_page(operator, job):
    run_due_jobs()
    JobRun.objects.filter(job="audit-seals").update(error="RuntimeError: The disk is full")
    page = operator.get(reverse("settings:jobs_detail", args=[job.pk])).content.decode()
    assert "The disk is full" in page and "failed" in page


def test_switching_off_and_on(operator, job):
    operator.post(reverse("settings:jobs_switch", args=[job.pk]))
    assert not Job.objects.get(pk=job.pk).is_enabled
    assert "switched off" in operator.get("/settings/jobs/").content.decode()
    operator.post(reverse("settings:jobs_switch", args=[job.pk]))
    assert Job.objects.get(pk=job.pk).is_enabled


def test_run_now_asks_for_a_run(operator, job, superadmin):
    answer = operator.post(reverse("settings:jobs_run", args=[job.pk]), follow=True)
    assert JobRun.objects.get().requested_by == str(superadmin) and "asked for" in answer.content.decode()


def test_the_interval_is_changed_and_checked(operator, job):
    url = reverse("settings:jobs_detail", args=[job.pk])
    form = {"version": job.version, "is_enabled": "on", "every_minutes": "10"}
    assert operator.post(url, form).status_code == 302
    assert Job.objects.get(pk=job.pk).every_minutes == 10
    assert operator.post(url, {**form, "version": 2, "every_minutes": "0"}).status_code == 422
    assert operator.post(url, {**form, "version": 1, "every_minutes": "20"}).status_code == 412


def test_who_does_not_manage_settings_gets_no_page(owner, sign_in, job):
    client = sign_in(owner)
    assert client.get("/settings/jobs/").status_code == 403
    assert client.post(reverse("settings:jobs_run", args=[job.pk])).status_code == 403
    assert not JobRun.objects.exists()


def test_the_administration_shows_the_same(operator, job):
    assert operator.get("/admin/ops/job/").status_code == 200
    form = {"is_enabled": "", "every_minutes": "7"}
    assert operator.post(f"/admin/ops/job/{job.pk}/change/", form).status_code == 302
    assert Job.objects.get(pk=job.pk).every_minutes == 7 and not Job.objects.get(pk=job.pk).is_enabled
