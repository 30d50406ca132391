"""The queue in the hands of an operator, by page and API: who sees what, and each button does what it says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail as mailbox
from django.utils import timezone

from accounts.models import User
from auditlog.models import AuditEvent
from crm.core import paging
from crm.core.actor import Actor
from crm.ops.housekeeping import clean_deliveries
from crm.outbox import transports
from crm.outbox.draining import drain
from crm.outbox.models import Delivery, Priority, QueuePause, State
from crm.outbox.tests.deliveries import all_due, later, mail
from crm.outbox.tests.test_smtp import free_port
from crm.outbox.tests.test_smtp import mailbox as smtp  # noqa: F401 – a real server

pytestmark = pytest.mark.django_db
BASE, MESSAGE = "/settings/emails/", {"to": "x@north.example", "subject": "News", "text": "Hello\n\nthere <b>"}
SECRET = "https://crm.example.com/reset/Zuiderzee-token"


@pytest.fixture
def tools(api, admin):
    return api(admin)


def failed(**options):
    row = mail(**options)
    Delivery.objects.filter(pk=row.pk).update(
        state=State.FAILED, finished_at=timezone.now(), last_error="550 No such person"
    )
    return row


def code_of(answer):
    return answer.status_code, answer.json().get("error", {}).get("code")


def test_who_may_not_read_e_mail_sees_no_page_and_no_mail(api, sign_in, owner, marketer, superadmin, admin):
    mail()
    for person in (owner, marketer):
        assert api(person).get("emails").status_code == sign_in(person).get(BASE).status_code == 403
    for person in (admin, superadmin):
        assert len(api(person).get("emails").json()["results"]) == 1 and sign_in(person).get(BASE).status_code == 200


def test_a_reach_over_a_team_sees_its_mails_and_none_of_the_product(api, make_user, north, south, tools):
    role = User._meta.get_field("role").related_model
    grants = {f"emails:{one}": "team" for one in ("read", "write", "manage")}
    role.objects.create(name="post", label="Post", grants=grants)
    inside, outside = (make_user(f"post@{t.name}.example", "post", (t,)) for t in (north, south))
    mail()
    sent = api(inside).post("emails", MESSAGE).json()
    assert [one["id"] for one in api(inside).get("emails").json()["results"]] == [sent["id"]]
    assert api(outside).get("emails").json()["results"] == []
    for path in (f"emails/{sent['id']}", f"emails/{sent['id']}/retry", f"emails/{sent['id']}/cancel"):
        ask = api(outside).get if path.endswith(sent["id"]) else api(outside).post
        assert ask(path).status_code == 404
    assert len(tools.get("emails").json()["results"]) == 2


def test_a_mail_is_sent_in_the_house_frame(tools, smtp):  # noqa: F811
    answer = tools.post("emails", MESSAGE)
    assert answer.status_code == 201 and answer.json()["state"] == "pending" and not answer.json()["is_transactional"]
    drain()
    shown = tools.get(f"emails/{answer.json()['id']}").json()
    assert (shown["state"], shown["attempts"], shown["to"]) == ("sent", 1, "x@north.example")
    parts = {part.get_content_type(): part.get_content() for part in smtp.messages[0].iter_parts()}
    assert "there &lt;b&gt;" in parts["text/html"] and "there <b>" in parts["text/plain"]
    assert "there <b>" in shown["text"]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"to": "nobody"}, "to", "invalid"),
        ({"text": " "}, "text", "blank"),
        ({"html": "<script>x</script>"}, "html", "template_fault"),
        ({"html": "<p>{{ name }}"}, "html", "template_fault"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_what_cannot_be_sent_is_refused(tools, change, field, code):
    answer = tools.post("emails", {**MESSAGE, **change})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"], detail["code"]) == (422, field, code)
    assert not Delivery.objects.exists()


def test_only_who_may_manage_sends_what_nobody_can_unsubscribe_from(api, make_user, north):
    role = User._meta.get_field("role").related_model
    role.objects.create(name="post", label="Post", grants={"emails:read": "team", "emails:write": "team"})
    post = api(make_user("post@north.example", "post", (north,)))
    assert post.post("emails", {**MESSAGE, "transactional": True}).status_code == 403
    assert post.post("emails", MESSAGE).status_code == 201


def test_many_are_sent_at_once_or_none(tools):
    operations = [{"op": "create", "data": {**MESSAGE, "to": f"x{n}@north.example"}} for n in range(3)]
    results = tools.post("emails/bulk", {"operations": operations}).json()["results"]
    assert [one["status"] for one in results] == [201] * 3 and Delivery.objects.count() == 3
    wrong = [*operations, {"op": "create", "data": {**MESSAGE, "to": "nobody"}}]
    assert tools.post("emails/bulk", {"operations": wrong}).status_code == 422 and Delivery.objects.count() == 3
    some = tools.post("emails/bulk", {"operations": wrong, "atomic": False}).json()["results"]
    assert [one["status"] for one in some] == [201, 201, 201, 422] and Delivery.objects.count() == 6
    gone = tools.post("emails/bulk", {"operations": [{"op": "delete", "id": str(Delivery.objects.first().pk)}]})
    assert gone.status_code == 422 and Delivery.objects.count() == 6


def test_what_failed_is_tried_again_with_three_days_before_it(tools, smtp):  # noqa: F811
    row = failed()
    later(hours=100)
    smtp.data_answer = "451 Come back later"
    shown = tools.post(f"emails/{row.pk}/retry").json()
    assert (shown["state"], shown["finished_at"]) == ("pending", None)
    drain()
    again = Delivery.objects.get()
    assert again.state == State.PENDING and "451 Come back later" in again.last_error
    smtp.data_answer = "250 OK"
    all_due()
    drain()
    assert Delivery.objects.get().state == State.SENT
    assert code_of(tools.post(f"emails/{row.pk}/retry")) == (409, "delivery_not_retryable")
    assert AuditEvent.objects.filter(action="deliveries.retried").count() == 1


def test_what_waits_is_cancelled_and_what_was_sent_is_not(tools):
    waiting, sent = mail(sensitive=True, text=SECRET), mail()
    assert tools.post(f"emails/{waiting.pk}/cancel").json()["state"] == "cancelled"
    waiting.refresh_from_db()
    assert waiting.secret == "" and waiting.finished_at
    assert code_of(tools.post(f"emails/{waiting.pk}/retry")) == (409, "delivery_not_retryable"), "its link is gone"
    drain()
    assert len(mailbox.outbox) == 1
    assert code_of(tools.post(f"emails/{sent.pk}/cancel")) == (409, "delivery_not_cancellable")


def test_a_paused_queue_holds_every_mail_back_and_loses_none(tools, sign_in, admin):
    assert tools.post("emails/pause", {"reason": "new server"}).json() == {"paused": True}
    tools.post("emails/pause")
    mail(), mail(sensitive=True)
    assert drain() == 0 and Delivery.objects.filter(state=State.PENDING, attempts=0).count() == 2
    stats = tools.get("emails/stats").json()
    assert (stats["paused"], stats["paused_by"], stats["reason"]) == (True, "Ada Admin", "new server")
    assert stats["by_state"]["pending"] == 2 and stats["oldest_due_at"]
    page = sign_in(admin).get(BASE).content.decode()
    assert "Ada Admin paused the queue" in page and "new server" in page
    assert tools.post("emails/resume").json() == {"paused": False}
    assert drain() == 2 and len(mailbox.outbox) == 2 and not QueuePause.objects.exists()
    told = AuditEvent.objects.filter(action__startswith="mail_queue.").order_by("at", "id")
    assert list(told.values_list("action", flat=True)) == ["mail_queue.paused", "mail_queue.resumed"]


def test_a_pause_in_the_middle_stops_after_what_is_in_hand(monkeypatch):
    for _ in range(45):
        mail()
    QueuePause.objects.create(kind="mail", by_label="x")
    QueuePause.objects.all().delete()
    sent = []

    def pause_soon(delivery, content):
        sent.append(delivery)
        if len(sent) == 5:
            QueuePause.objects.create(kind="mail", by_label="x")

    paused = transports.Transport(pause_soon, transports.nothing_to_close)
    monkeypatch.setitem(transports.TRANSPORTS, "mail", paused)
    drain()
    assert len(sent) == 20, "the batch that was claimed, and no other"


def test_clean_up_removes_what_ended_long_ago_and_nothing_else(tools):
    old, young, waiting = failed(), failed(), mail()
    Delivery.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    assert tools.post("emails/cleanup", {"states": ["sent"]}).json() == {"removed": 0}
    assert tools.post("emails/cleanup", {}).json() == {"removed": 1}
    assert set(Delivery.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert tools.post("emails/cleanup", {"days": 0}).status_code == 422
    assert tools.post("emails/cleanup", {"states": ["pending"]}).status_code == 422
    assert Delivery.objects.count() == 2


def test_every_end_is_forgotten_after_a_month_by_itself():
    for state in State.values:
        lease = {"lease_token": uuid4()} if state == State.PROCESSING else {}
        finished = timezone.now() - timedelta(days=31)
        Delivery.objects.filter(pk=mail().pk).update(state=state, finished_at=finished, **lease)
    assert clean_deliveries(Actor.system("clean-up"), timezone.now()) == "4 deliveries removed"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending", "processing"}


def test_what_opens_something_is_shown_to_nobody(tools, superadmin, api, sign_in):
    row = mail(sensitive=True, text=SECRET, html=f"<p>{SECRET}</p>")
    for person in (tools, api(superadmin)):
        answer = person.get(f"emails/{row.pk}")
        assert answer.json()["text"] == "" and answer.json()["is_sensitive"] and b"Zuiderzee" not in answer.content
    page = sign_in(superadmin).get(f"{BASE}{row.pk}/").content.decode()
    assert "shown to nobody" in page and "Zuiderzee" not in page


def test_the_list_is_narrowed(tools):
    failed(to="a@north.example", topic="welcome"), mail(to="b@north.example", topic="invitation")
    for query, count in (
        ("", 2),
        ("?state=failed", 1),
        ("?topic=invitation", 1),
        ("?recipient=A@North.example", 1),
        ("?created_at__gte=2999-01-01T00:00:00Z", 0),
    ):
        assert len(tools.get(f"emails{query}").json()["results"]) == count, query
    assert tools.get("emails?colour=red").status_code == tools.get("emails?state=lost").status_code == 400


def test_figures_are_those_of_the_queue(tools):
    failed(), mail()
    drain()
    stats = tools.get("emails/stats").json()
    assert stats["by_state"] == {
        "pending": 0, "processing": 0, "sent": 1, "failed": 1, "suppressed": 0, "cancelled": 0
    }  # fmt: skip
    assert (stats["sent_last_day"], stats["failed_last_day"], stats["oldest_due_at"]) == (1, 1, None)


def test_the_module_says_that_it_works(api, owner, tools):
    assert api(owner).get("emails/health").json()["status"] == "ok"
    assert tools.get("emails/health").json()["module"] == "emails"


def test_the_buttons_of_the_page(sign_in, admin):
    client, row, waiting = sign_in(admin), failed(), mail()
    page = client.get(f"{BASE}{row.pk}/").content.decode()
    assert "550 No such person" in page and "Try again now" in page and "Cancel it" not in page
    client.post(f"{BASE}{row.pk}/retry/")
    client.post(f"{BASE}{waiting.pk}/cancel/")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending", "cancelled"}
    late = client.post(f"{BASE}{waiting.pk}/cancel/", follow=True).content.decode()
    assert "Only what waits can be cancelled." in late
    client.post(f"{BASE}pause/", {"reason": "x"})
    assert QueuePause.objects.exists()
    client.post(f"{BASE}resume/")
    assert not QueuePause.objects.exists()
    Delivery.objects.update(finished_at=timezone.now() - timedelta(days=99))
    assert "1 mail was removed" in client.post(f"{BASE}clean-up/", {"days": 30}, follow=True).content.decode()
    assert "1 to 3650" in client.post(f"{BASE}clean-up/", {"days": 0}, follow=True).content.decode()


def test_a_server_that_is_away_is_told_in_words(smtp, settings, tools):  # noqa: F811
    settings.EMAIL_PORT = free_port()
    mail()
    drain()
    (shown,) = tools.get("emails").json()["results"]
    assert shown["state"] == "pending" and "cannot be used" in shown["last_error"]


def test_the_page_says_how_the_queue_stands_and_counts_so_far_only(sign_in, admin, monkeypatch):
    """Of a backlog of 100,000 nobody waits for the last; the oldest is found whatever its priority."""
    Delivery.objects.filter(pk=mail().pk).update(priority=Priority.LOW)
    later(hours=3)
    mail()
    failed()
    monkeypatch.setattr(paging.bounded_count, "__defaults__", (1,))
    page = sign_in(admin).get(BASE)
    figures = page.context["figures"]
    assert (figures.waiting, figures.failed, figures.suppressed, figures.sent_last_day) == ("1+", "1", "0", "0")
    assert timedelta(hours=3) < timezone.now() - figures.oldest_due_at < timedelta(hours=4)
    assert '<span class="kpi-value">1+</span>' in page.content.decode()
