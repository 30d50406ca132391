"""One id from the request to what it leaves for later: the delivery, the log lines of its sending, Celery's task."""

import pytest

from crm import celery
from crm.core import trace
from crm.core.trace import current_route, current_trace_id, traced
from crm.ops import workers
from crm.outbox.draining import drain
from crm.outbox.models import Delivery
from crm.outbox.services import enqueue
from crm.outbox.transports import TRANSPORTS, Transport

MINE = "trace-of-this-test"


@pytest.fixture
def heard(monkeypatch):
    """Under which id and name a delivery is sent."""
    found = []
    transport = Transport(lambda *_: found.append((current_trace_id(), current_route())), lambda: None)
    monkeypatch.setitem(TRANSPORTS, "listening", transport)
    return found


def test_work_has_an_id_of_its_own_or_the_one_it_was_given():
    with traced("job tidy") as own:
        assert current_trace_id() == own and len(own) == 32 and current_route() == "job tidy"
        with traced("delivery mail", MINE):
            assert current_trace_id() == MINE
        assert current_trace_id() == own


def test_an_id_that_is_not_well_formed_is_replaced():
    with traced("job tidy", "*/ DROP TABLE") as own:
        assert len(own) == 32


@pytest.mark.django_db
def test_a_delivery_carries_the_id_of_the_request_that_made_it(heard):
    with traced("request", MINE):
        enqueue("listening", {}, key="trace:1")
    assert Delivery.objects.get(key="trace:1").trace_id == MINE
    with traced("another"):
        drain(kinds=["listening"])
    assert heard == [(MINE, "delivery listening")]


@pytest.mark.django_db
def test_a_page_that_sends_a_mail_leaves_its_id_with_the_mail(client, owner):
    client.post("/accounts/password/reset/", {"email": owner.email}, headers={"X-Request-ID": MINE})
    assert set(Delivery.objects.values_list("trace_id", flat=True)) == {MINE}


def test_a_worker_goes_on_under_the_id_of_whoever_woke_it():
    heard = []
    worker = workers.Worker("test", lambda _stopping: bool(heard.append(current_trace_id())))
    with traced("request", MINE):
        worker.wake()
    worker._round()
    worker._round()
    assert heard[0] == MINE and heard[1] not in ("", MINE)


@pytest.mark.parametrize("kind", ["mail", "jobs"])
def test_a_published_task_carries_the_id_in_a_header(monkeypatch, kind):
    sent = []
    for task in (celery.drain_due, celery.run_jobs):
        monkeypatch.setattr(task, "apply_async", lambda *_args, **options: sent.append(options["headers"]))
    with traced("request", MINE):
        celery.publish(kind)
    assert sent and all(headers == {"trace_id": MINE} for headers in sent)


def test_a_task_runs_under_the_id_of_its_header(monkeypatch):
    heard = []
    monkeypatch.setattr(celery, "drain", lambda *_: heard.append(current_trace_id()) or 0)
    celery.drain_due.apply(args=["mail"], headers={"trace_id": MINE})
    celery.drain_due.apply(args=["mail"])
    assert heard[0] == MINE and heard[1] not in ("", MINE)


def test_an_exporter_may_put_a_span_around_work(monkeypatch):
    names = []
    monkeypatch.setattr(trace, "_spans", [lambda name: names.append(name) or trace.ExitStack()])
    with traced("job tidy"), traced("a round", spanned=False):
        pass
    assert names == ["job tidy"]
