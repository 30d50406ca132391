"""The page tells what will go, asks, and hands out the certificate; the API does the same."""

import pytest

from crm.privacy.erasing import subject_erase
from crm.privacy.identifiers import ERASED
from crm.privacy.models import Erasure, SubjectRequest, SubjectWork
from crm.privacy.tests.conftest import EMAIL
from crm.privacy.tests.test_erasure import erasure_of
from deals.models import Deal, DealContact, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(officer, wilma, notes):
    return f"/compliance/subjects/{erasure_of(officer, wilma).pk}/"


def test_from_the_question_to_the_certificate(sign_in, superadmin, wilma, page, lead, owner, go_on):
    stage = Stage.objects.order_by("position").first()
    deal = Deal.objects.create(name="Wheels", pipeline=stage.pipeline, stage=stage, team=wilma.team, owner=owner)
    DealContact.objects.create(deal=deal, contact=wilma)
    client = sign_in(superadmin)
    assert "Look for everything" in client.get(f"{page}erase/").text
    assert client.post(f"{page}search/")["Location"] == f"{page}erase/"
    assert "Looking for everything" in client.get(f"{page}erase/").text
    go_on()
    assert client.get(f"{page}progress/search/")["Location"] == f"{page}erase/"
    asked = client.get(f"{page}erase/").text
    assert "Wilma prefers mornings" in asked and f"{ERASED} prefers mornings" in asked and "Wheels" in asked
    assert "Not chosen" in asked and EMAIL in asked
    assert client.post(f"{page}erase/", {"confirmation": "erased person"}).status_code == 422
    assert not Erasure.objects.exists()
    assert client.post(f"{page}erase/", {"confirmation": ERASED}).status_code == 302
    assert "is being erased" in client.get(f"{page}erase/").text and not Erasure.objects.exists()
    go_on()
    assert client.get(f"{page}progress/erase/")["Location"] == page
    told = client.get(page).text
    assert Erasure.objects.get().digest in told and EMAIL not in told
    assert client.get(f"{page}certificate/json/").json()["sha256"] == Erasure.objects.get().digest
    assert client.get(f"{page}certificate/pdf/").content.startswith(b"%PDF")
    for again in (client.get(f"{page}erase/"), client.post(f"{page}erase/", {"confirmation": ERASED})):
        assert again["Location"] == page and Erasure.objects.count() == 1
    assert not SubjectWork.objects.filter(finished_at__isnull=True).exists()


def test_an_old_session_is_asked_for_the_password_first(sign_in_long_ago, superadmin, page):
    client = sign_in_long_ago(superadmin)
    assert "reauthenticate" in client.get(f"{page}erase/")["Location"]
    client.post(f"{page}erase/", {"confirmation": ERASED})
    assert not Erasure.objects.exists()


def test_who_has_no_right_is_refused(sign_in, owner, outsider, page):
    for person in (owner, outsider):
        assert sign_in(person).get(f"{page}erase/").status_code == 403
        assert sign_in(person).post(f"{page}erase/", {"confirmation": ERASED}).status_code == 403
    assert SubjectRequest.objects.get().is_open


def test_the_auditor_reads_the_certificate_and_cannot_erase(sign_in, make_user, officer, page, wilma):
    auditor = sign_in(make_user("auditor@vouch.example", "auditor"))
    assert auditor.post(f"{page}erase/", {"confirmation": ERASED}).status_code == 403
    subject_erase(officer, SubjectRequest.objects.get().pk)
    assert auditor.get(f"{page}certificate/json/").status_code == 200


def test_the_api_answers_202_then_200_with_the_certificate(api, sign_in_long_ago, superadmin, page, go_on):
    address = f"compliance/subject-requests/{page.split('/')[3]}"
    old = sign_in_long_ago(superadmin).post(f"/api/v1/{address}/erase", content_type="application/json")
    assert old.status_code == 403 and old.json()["error"]["code"] == "reauthentication_required"
    begun = api(superadmin).post(f"{address}/erase")
    assert begun.status_code == 202 and api(superadmin).get(f"{address}/erase").status_code == 202
    go_on()
    done = api(superadmin).get(f"{address}/erase")
    assert done.status_code == 200 and done.json()["rows"]["customers.contact"] == 1
    certificate = api(superadmin).client.get(done.json()["download_url"]).json()
    assert certificate["rows"] == done.json()["rows"] and certificate["sha256"]
    again = api(superadmin).post(f"{address}/erase")
    assert again.status_code == 409 and again.json()["error"]["code"] == "request_closed"
