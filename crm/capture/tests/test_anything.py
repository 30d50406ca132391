"""Whatever is sent: never a fault of ours, nothing lost, and what became a lead is what was written."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.capture.models import State, Submission
from crm.capture.tests.conftest import stamp_of
from customers.models import CustomField, Lead

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
EVERY = (
    *("first_name", "last_name", "company_name", "title", "email", "phone", "website", "industry"),
    *("employees", "annual_revenue", "description", "external_id", "custom_fields.size", "custom_fields.seats"),
)
ODD = st.sampled_from(
    [
        "NaN",
        "Infinity",
        "-1",
        "1e999",
        "9" * 40,
        "\x00",
        "\u202e",
        "a@b",
        "a@b.example",
        "+49 30 1234567",
        " ",
        "0.1",
        "x" * 300,
    ]
)
TEXTS = ODD | st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def everything():
    for key, kind in (("size", "number"), ("seats", "multi_choice")):
        choices = [{"key": "few", "label": "Few", "tone": 1, "retired": False}] if kind == "multi_choice" else []
        CustomField.objects.create(holder="lead", key=key, label=key, type=kind, choices=choices)
    return [{"field": name} for name in EVERY]


@given(st.data())
@FEW
def test_a_form_takes_any_text(everything, form, stranger, data):
    source = form(mapping=everything, name="Any")
    sent = data.draw(st.dictionaries(st.sampled_from(EVERY), TEXTS, max_size=6))
    before = Submission.objects.count()
    answer = stranger.post(f"/forms/{source.token}/", {"stamp": stamp_of(source), **sent})
    assert answer.status_code in (302, 422)
    assert Submission.objects.count() == before + 1
    kept = Submission.objects.latest("created_at", "id")
    assert {name: texts[0] for name, texts in kept.content.items()} == sent
    assert (kept.state == State.ACCEPTED) == (answer.status_code == 302)
    if kept.lead:
        assert all(_same(getattr(kept.lead, name), sent[name]) for name in {"first_name", "title"} & set(sent))


@given(st.data())
@FEW
def test_a_webhook_takes_any_json(everything, hook, post, data):
    source, secret = hook(mapping=everything, name="Any")
    content = data.draw(st.dictionaries(st.sampled_from(EVERY) | st.text(max_size=5), JSON, max_size=6))
    body = json.dumps(content)
    answer = post(source, secret, body)
    assert answer.status_code in (200, 202)
    kept = Submission.objects.get(lead_source=source)
    assert kept.body == body
    assert (kept.state == State.ACCEPTED) == (answer.status_code == 200) == bool(Lead.objects.filter(submissions=kept))


def _same(stored, sent):
    """Apart from what the field itself does to every text: edge spaces, and marks that turn letters round."""
    return "".join(stored.split()) == "".join(sent.replace("\u202e", "").split()) or not sent.isascii()
