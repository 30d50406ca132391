"""The form on a page of another site: only where its team says so, without a cookie."""

import re

import pytest

from crm.capture.models import State, Submission
from crm.capture.public_form import HONEYPOT
from crm.capture.tests.conftest import ADA, stamp_of, text
from customers.models import Lead

pytestmark = pytest.mark.django_db
SITE = "https://www.example.com"


@pytest.fixture
def source(form):
    return form(allowed_origins=[SITE])


def send(stranger, source, origin, **more):
    return stranger.post(f"/forms/{source.token}/", {**ADA, **more}, headers={"Origin": origin} if origin else {})


def test_a_named_site_needs_no_stamp(source, stranger):
    answer = send(stranger, source, SITE)
    assert answer.status_code == 302 and not answer.cookies and Lead.objects.exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "https://www.example.com.evil.example", "null"])
def test_another_site_is_refused_and_what_was_typed_is_kept(source, stranger, origin):
    answer = send(stranger, source, origin, stamp=stamp_of(source))
    kept = Submission.objects.get()
    assert answer.status_code == 403 and not Lead.objects.exists()
    assert kept.state == State.REFUSED and kept.reasons[0]["code"] == "origin_not_allowed"
    assert origin in kept.reasons[0]["message"] and kept.content["email"] == ["ada@engines.example"]


def test_its_own_page_is_always_good(form, stranger):
    source = form()
    answer = send(stranger, source, "http://testserver", stamp=stamp_of(source))
    assert answer.status_code == 302


def test_the_trap_works_there_too(source, stranger):
    send(stranger, source, SITE, **{HONEYPOT: "x"})
    assert Submission.objects.get().state == State.BOT


def test_a_mistake_leads_to_the_page_with_what_was_typed(source, stranger):
    answer = send(stranger, source, SITE, email="wrong")
    assert answer.status_code == 422 and 'value="wrong"' in text(answer)
    again = {**ADA, "stamp": answer.context["stamp"]}
    assert stranger.post(f"/forms/{source.token}/", again).status_code == 302
    assert set(Submission.objects.values_list("state", flat=True)) == {State.MENDED, State.ACCEPTED}


def test_the_html_to_embed_is_all_that_is_needed(source, sign_in, admin, stranger):
    page = sign_in(admin).get(f"/settings/lead-sources/{source.pk}/")
    snippet = page.context["snippet"]
    assert f"/forms/{source.token}/" in snippet and "<script" not in snippet and HONEYPOT in snippet
    names = set(re.findall(r'name="([^"]+)"', snippet)) - {HONEYPOT}
    assert names == {"first_name", "last_name", "email", "phone", "description"}
    assert send(stranger, source, SITE).status_code == 302


@pytest.mark.parametrize(
    "origin", ["ftp://x.example", "https://x.example/path", "x.example", "https://u:p@x.example", "https://x y", 7]
)
def test_a_site_is_named_as_browsers_name_it(actor, form, origin):
    with pytest.raises(Exception, match="not valid"):
        form(allowed_origins=[origin])
