"""The pages under Settings: make one, see its secret once, test it, look at tries, replay, rotate, switch, delete."""

import pytest
from django.urls import reverse

from crm.outbox.models import Delivery, State
from crm.webhooks.models import Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in, admin):
    return sign_in(admin)


def at(name, *args):
    return reverse(f"webhooks:{name}", args=args)


@pytest.fixture
def form(receiver, north):
    return {
        "name": "Warehouse",
        "url": receiver.url,
        "team": str(north.pk),
        "is_active": "on",
        "events": ["customer.*"],
    }


def text(answer):
    return answer.content.decode()


def test_one_is_made_and_its_secret_is_shown_once(client, form):
    answer = client.post(at("create"), form)
    webhook = Webhook.objects.get()
    assert answer.status_code == 200 and webhook.secret in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    for page in (at("list"), at("detail", webhook.pk), at("edit", webhook.pk)):
        assert webhook.secret not in text(client.get(page)) and "Warehouse" in text(client.get(page))


def test_a_double_submit_makes_one(client, form):
    page = client.get(at("create"))
    body = {**form, "submission": str(page.context["form"].initial["submission"])}
    client.post(at("create"), body)
    again = client.post(at("create"), body)
    assert Webhook.objects.count() == 1 and again.url == at("detail", Webhook.objects.get().pk)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://10.0.0.1/"}, "public internet"),
        ({"events": []}, "required"),
        ({"changed_fields": "colour, name"}, "colour is no field"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(client, form, changed, said):
    answer = client.post(at("create"), {**form, **changed})
    assert answer.status_code == 422 and said in text(answer) and "Warehouse" in text(answer)
    assert not Webhook.objects.exists()


def test_an_edit_keeps_what_was_not_touched(client, hook):
    webhook, _secret = hook(events=["customers.*", "deal.moved"], changed_fields=["status", "stage"])
    page = client.get(at("edit", webhook.pk))
    assert page.context["form"].initial["events"] == ["customer.*", "deal.moved"]
    body = {
        "name": "Depot", "url": webhook.url, "is_active": "on", "events": ["customer.*", "deal.moved"],
        "changed_fields": "status stage", "version": webhook.version,
    }  # fmt: skip
    assert client.post(at("edit", webhook.pk), body).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.changed_fields) == ("Depot", ["status", "stage"])


def test_a_test_leads_to_its_answer(client, hook, receiver, send):
    webhook, _secret = hook()
    answer = client.post(at("test", webhook.pk), follow=True)
    page = answer.redirect_chain[-1][0]
    assert "hx-get" in text(answer), "it asks for itself until the answer is there"
    receiver.answering((200, {}, b"<b>thanks</b>"))
    send()
    shown = text(client.get(page))
    assert "hx-get" not in shown and "&lt;b&gt;thanks&lt;/b&gt;" in shown and "webhook.test" in shown
    fragment = client.get(f"{page}progress/")
    assert "<html" not in text(fragment) and "thanks" in text(fragment)


def test_a_failed_delivery_says_why_and_is_sent_again(client, hook, customer, receiver, send):
    webhook, _secret = hook()
    customer()
    receiver.answering((500, {}, b"out of order"))
    send()
    sent = Delivery.objects.get(kind="webhook")
    shown = text(client.get(at("delivery", webhook.pk, sent.pk)))
    assert "out of order" in shown and "It answered 500." in shown
    assert "It answered 500." in text(client.get(at("detail", webhook.pk)))
    Delivery.objects.update(state=State.FAILED)
    client.post(at("delivery_replay", webhook.pk, sent.pk))
    sent.refresh_from_db()
    assert sent.state == State.PENDING


def test_a_stretch_is_replayed_and_its_beginning_is_needed(client, hook, customer, send):
    webhook, _secret = hook()
    customer()
    send()
    refused = client.post(at("replay", webhook.pk), {}, follow=True)
    assert "Say from when on" in text(refused)
    done = client.post(at("replay", webhook.pk), {"since": "2020-01-01T00:00"}, follow=True)
    assert "1 delivery is sent again" in text(done)


def test_a_rotation_asks_for_the_overlap_and_shows_the_new_secret(client, hook):
    webhook, old = hook()
    assert client.get(at("rotate", webhook.pk)).status_code == 200
    assert client.post(at("rotate", webhook.pk), {"overlap_hours": 999}).status_code == 422
    answer = client.post(at("rotate", webhook.pk), {"overlap_hours": 24})
    webhook.refresh_from_db()
    assert webhook.secret in text(answer) and webhook.previous_secret == old and old not in text(answer)


def test_off_and_on_again(client, hook):
    webhook, _secret = hook()
    client.post(at("off", webhook.pk))
    webhook.refresh_from_db()
    assert not webhook.is_active and "Switched off" in text(client.get(at("list")))
    client.post(at("on", webhook.pk))
    webhook.refresh_from_db()
    assert webhook.is_active


def test_it_is_deleted_after_a_question(client, hook):
    webhook, _secret = hook()
    assert "Warehouse" in text(client.get(at("delete", webhook.pk)))
    assert client.post(at("delete", webhook.pk)).url == at("list") and not Webhook.objects.exists()


def test_what_needs_a_fresh_sign_in_asks_for_it(sign_in_long_ago, admin, hook):
    webhook, secret = hook()
    client = sign_in_long_ago(admin)
    for page in (at("create"), at("edit", webhook.pk), at("rotate", webhook.pk), at("on", webhook.pk)):
        assert "reauthenticate" in client.post(page).url
    webhook.refresh_from_db()
    assert webhook.secret == secret


def test_others_find_nothing(sign_in, owner, outsider, make_user, south, hook, customer, send):
    webhook, _secret = hook()
    customer()
    send()
    sent = Delivery.objects.get(kind="webhook")
    pages = (at("detail", webhook.pk), at("delivery", webhook.pk, sent.pk), at("edit", webhook.pk))
    elsewhere = make_user("admin@south.example", role="admin", teams=(south,))
    for person, status in ((owner, 403), (outsider, 403), (elsewhere, 404)):
        assert [sign_in(person).get(page).status_code for page in pages] == [status] * 3
    assert "Warehouse" not in text(sign_in(elsewhere).get(at("list")))


def test_whoever_may_only_read_sees_no_buttons(sign_in, make_user, hook):
    webhook, _secret = hook()
    shown = text(sign_in(make_user("auditor@vouch.example", role="auditor")).get(at("detail", webhook.pk)))
    assert "Warehouse" in shown and at("test", webhook.pk) not in shown and at("edit", webhook.pk) not in shown


@pytest.mark.parametrize("rows", [2, 15])
def test_the_log_costs_the_same_for_two_rows_and_for_fifteen(
    client, hook, customer, django_assert_max_num_queries, rows
):
    webhook, _secret = hook()
    for number in range(rows):
        customer(f"Firm {number}")
    with django_assert_max_num_queries(16):
        assert text(client.get(at("detail", webhook.pk))).count("customer.created</a>") == rows


def test_the_administration_shows_no_secret(sign_in, superadmin, hook):
    webhook, secret = hook()
    shown = text(sign_in(superadmin).get(f"/admin/webhooks/webhook/{webhook.pk}/change/"))
    assert "Warehouse" in shown and secret.removeprefix("whsec_") not in shown and "whsec_" not in shown
