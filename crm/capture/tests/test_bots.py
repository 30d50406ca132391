"""Programs that fill in forms: they get the answer that people get, nothing is created, and the log says so."""

import pytest

from auditlog.models import AuditEvent
from crm.capture.mending import submission_accept
from crm.capture.models import State, Submission
from crm.capture.public_form import HONEYPOT
from crm.capture.stamps import LATEST
from crm.capture.tests.conftest import ADA, stamp_of, text
from customers.models import Lead

pytestmark = pytest.mark.django_db


def reason():
    kept = Submission.objects.get()
    return kept.state, kept.reasons[0]["code"]


@pytest.mark.parametrize(("more", "code"), [({HONEYPOT: "https://spam.example"}, "honeypot"), ({"ago": 0}, "too_fast")])
def test_a_bot_is_answered_as_a_person_is(form, fill, more, code):
    source = form()
    as_person = fill(source, {**ADA, "description": "person"})
    Lead.objects.all().delete()
    Submission.objects.all().delete()
    as_bot = fill(source, **more)
    assert (as_bot.status_code, as_bot.url, as_bot.content) == (302, as_person.url, as_person.content)
    assert set(as_bot.headers) == set(as_person.headers)
    assert reason() == (State.BOT, code) and not Lead.objects.exists()


def test_what_a_person_filled_in_who_was_held_to_be_one_is_not_lost(form, fill, actor):
    fill(form(), **{HONEYPOT: "filled by a helper"})
    kept = Submission.objects.get()
    assert kept.content["email"] == ["ada@engines.example"] and kept.content[HONEYPOT] == ["filled by a helper"]
    lead = submission_accept(actor, kept.pk, email="ada@engines.example")
    assert lead.email == "ada@engines.example"


def test_bots_do_not_fill_the_trail(form, fill):
    source = form()
    before = AuditEvent.objects.count()
    fill(source, **{HONEYPOT: "x"})
    assert AuditEvent.objects.count() == before


def test_nobody_sees_the_trap_or_hears_of_it(form, stranger):
    page = text(stranger.get(f"/forms/{form().token}/"))
    trap = page[page.index('<div class="visually-hidden" aria-hidden="true">') :].partition("</div>")[0]
    assert HONEYPOT in trap and 'tabindex="-1"' in trap and 'autocomplete="off"' in trap


@pytest.mark.parametrize("stamp", ["late", "none", "forged", "anothers"])
def test_a_form_that_was_open_for_long_is_asked_again_with_what_was_typed(form, stranger, stamp):
    source, other = form(), form(name="Other")
    written = {
        "late": stamp_of(source, LATEST.total_seconds() + 60),
        "none": "",
        "forged": stamp_of(source)[:-3] + "abc",
        "anothers": stamp_of(other),
    }[stamp]
    answer = stranger.post(f"/forms/{source.token}/", {"stamp": written, **ADA})
    assert answer.status_code == 422 and 'value="ada@engines.example"' in text(answer)
    assert "open for long" in text(answer) and not Submission.objects.exists()
    fresh = {"stamp": answer.context["stamp"], **ADA}
    assert stranger.post(f"/forms/{source.token}/", fresh).status_code == 302
    assert Lead.objects.get(), "sent again at once, it is still a person"


def test_who_corrects_a_mistake_at_once_is_no_bot(form, fill, stranger):
    source = form()
    answer = fill(source, email="wrong")
    again = {"stamp": answer.context["stamp"], **ADA}
    assert stranger.post(f"/forms/{source.token}/", again).status_code == 302 and Lead.objects.exists()
