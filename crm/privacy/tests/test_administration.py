"""Operators read personal-data and compliance records in the administration, and change none there."""

import pytest
from django.apps import apps
from django.urls import reverse

from crm.privacy.models import RetentionPolicy
from crm.privacy.works import work_start

pytestmark = pytest.mark.django_db
MODELS = (
    *("privacy.SubjectRequest", "privacy.SubjectWork", "privacy.Erasure", "privacy.RetentionPolicy"),
    *("compliance.AccessReview", "compliance.ReviewItem", "compliance.ProcessingActivity", "auditlog.LegalHold"),
)


@pytest.fixture
def policy(db):
    values = {"kind": "note", "action": "delete", "keep_days": 30, "basis": "tidiness"}
    return RetentionPolicy.objects.create(**values)


@pytest.mark.parametrize("label", MODELS)
def test_it_is_listed_and_nothing_of_it_changed(label, sign_in, superadmin):
    client, name = sign_in(superadmin), f"admin:{label.replace('.', '_').lower()}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert apps.get_model(label)._meta.verbose_name


def test_one_opens_to_be_read(sign_in, superadmin, officer, request_of_wilma, policy):
    client = sign_in(superadmin)
    work = work_start(officer, request_of_wilma.pk, "export")
    for record in (request_of_wilma, work, policy):
        name = f"admin:{record._meta.label_lower.replace('.', '_')}"
        page = client.get(reverse(f"{name}_change", args=[record.pk]))
        assert page.status_code == 200 and 'name="_save"' not in page.text
        assert client.post(reverse(f"{name}_change", args=[record.pk]), {"keep_days": 1}).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[record.pk]), {"post": "yes"}).status_code == 403
    policy.refresh_from_db()
    assert policy.keep_days == 30


def test_it_is_invisible_to_who_does_not_operate(sign_in, make_user, owner):
    auditor = make_user("auditor@vouch.example", "auditor")
    for person in (owner, auditor):
        assert sign_in(person).get(reverse("admin:privacy_subjectrequest_changelist")).status_code == 404
