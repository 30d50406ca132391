"""How much of it: by address and by form, and what is too large is not read."""

import pytest

from crm.capture.models import Submission
from crm.capture.tests.conftest import ADA, stamp_of, text
from crm.capture.views import inbound, public
from crm.core import limits
from crm.core.limits import Fallback

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters(monkeypatch, settings):
    settings.RATE_LIMIT_ENABLED = True
    counters = Fallback(None)
    monkeypatch.setattr(limits, "counters", lambda: counters)


@pytest.fixture
def slow(monkeypatch):
    def set_pace(module, **paces):
        door = module.DOOR
        values = {"kind": door.kind, "largest": door.largest, "of_address": "9/min", "of_source": "9/min", **paces}
        monkeypatch.setattr(module, "DOOR", type(door)(**values))

    return set_pace


def send(stranger, source, address, **more):
    body = {"stamp": stamp_of(source), **ADA, **more}
    return stranger.post(f"/forms/{source.token}/", body, REMOTE_ADDR=address)


def test_one_address_is_slowed_and_others_are_not(slow, form, stranger):
    slow(public, of_address="2/min")
    source = form()
    answers = [send(stranger, source, "192.0.2.1") for _ in range(3)]
    assert [one.status_code for one in answers] == [302, 302, 429]
    assert 'value="ada@engines.example"' in text(answers[2]) and int(answers[2].headers["Retry-After"]) > 0
    assert send(stranger, source, "192.0.2.2").status_code == 302


def test_one_form_is_slowed_and_others_are_not(slow, form, stranger):
    slow(public, of_source="2/min")
    one, other = form(), form(name="Other")
    assert [send(stranger, one, f"192.0.2.{n}").status_code for n in (1, 2, 3)] == [302, 302, 429]
    assert send(stranger, other, "192.0.2.1").status_code == 302


def test_a_program_is_slowed_with_a_code(slow, hook, post):
    slow(inbound, of_source="1/min")
    source, secret = hook()
    assert post(source, secret, ADA).status_code == 200
    refused = post(source, secret, ADA, id="msg_2")
    assert refused.status_code == 429 and refused.json()["error"]["code"] == "too_many_requests"
    assert int(refused.headers["Retry-After"]) > 0 and Submission.objects.count() == 1


def test_a_program_may_post_faster_than_strangers_browse(hook, post):
    source, secret = hook()
    answers = [post(source, secret, ADA) for _ in range(70)]
    assert {one.status_code for one in answers} == {200}


def test_too_much_is_refused_before_it_is_read(form, stranger):
    answer = send(stranger, form(), "192.0.2.1", description="x" * 70_000)
    assert answer.status_code == 413 and not Submission.objects.exists()
