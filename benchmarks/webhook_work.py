"""Runs inside the scratch installation: events with and without endpoints, then deliveries to a local sink."""

import asyncio
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.actors import actor_for  # noqa: E402
from accounts.models import User  # noqa: E402
from auditlog.services import record, record_many  # noqa: E402
from benchmarks.sink import sink  # noqa: E402
from crm import urls as wired  # noqa: E402, F401
from crm.outbox.draining import drain  # noqa: E402
from crm.outbox.models import Delivery  # noqa: E402
from crm.webhooks.models import Webhook  # noqa: E402
from crm.webhooks.services import webhook_create  # noqa: E402
from customers.models import Customer  # noqa: E402

EVENTS, DELIVERIES = 2000, 4000
TURNS = 5
CHANGES = {"status": ("prospect", "active"), "phone": ("", "+442079460000")}
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


def main() -> None:
    # The sink is on this machine, which production refuses to call.
    settings.PRODUCTION = False
    scale = float(sys.argv[1])
    actor = actor_for(User.objects.filter(is_active=True, role__name="superadmin", memberships__isnull=False).first())
    team = actor.team_ids[0]
    customers = list(Customer.objects.filter(team=team)[: max(50, round(DELIVERIES * scale))])
    url = f"http://127.0.0.1:{sink(web_server)}/hook"
    enqueueing(actor, customers, url, max(100, round(EVENTS * scale)))
    sending(actor, customers, url, max(100, round(DELIVERIES * scale)))


async def web_server() -> asyncio.Server:
    return await asyncio.start_server(_answer, "127.0.0.1", 0)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return writer.close()
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        writer.write(ANSWER)


def enqueueing(actor: Any, customers: list[Any], url: str, events: int) -> None:
    """In turns, so that a drifting machine favours neither; one event a transaction, as a save on a page."""
    for endpoints in (0, 1, 5):
        while Webhook.objects.count() < endpoints:
            webhook_create(actor, url=url, events=["customer.*"])
        Webhook.objects.update(is_active=False)
        base, told = [], []
        for _ in range(TURNS):
            base.append(timed(lambda: recorded(actor, customers, events // TURNS, "customers.looked_at")))
            Webhook.objects.update(is_active=True)
            told.append(timed(lambda: recorded(actor, customers, events // TURNS, "customers.updated")))
            Webhook.objects.update(is_active=False)
        wall, cpu = (more_each(told, base, at, events // TURNS) for at in (0, 1))
        print(f"an event with {endpoints} endpoints: {wall:.2f} ms more ({cpu:.2f} ms CPU) than one nobody can hear")
    Webhook.objects.update(is_active=True)
    Webhook.objects.exclude(pk=Webhook.objects.first().pk).delete()  # type: ignore[union-attr]
    many = [customers[at % len(customers)] for at in range(500)]
    with transaction.atomic():
        took, _cpu = timed(lambda: record_many(actor, "customers.updated", many, CHANGES))
    print(f"500 events together, one endpoint: {1000 * took:.0f} ms, trail included")
    Delivery.objects.filter(kind="webhook").delete()


def more_each(told: list[Any], base: list[Any], at: int, events: int) -> float:
    """Milliseconds an event, of the middle turn."""
    return statistics.median(1000 * (one[at] - other[at]) / events for one, other in zip(told, base, strict=True))


def recorded(actor: Any, customers: list[Any], events: int, action: str) -> None:
    for at in range(events):
        with transaction.atomic():
            record(actor, action, customers[at % len(customers)], CHANGES)


def sending(actor: Any, customers: list[Any], url: str, deliveries: int) -> None:
    many = [customers[at % len(customers)] for at in range(deliveries)]
    for at in range(0, deliveries, 500):
        record_many(actor, "customers.updated", many[at : at + 500], CHANGES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_delivery, auditlog_auditevent")
    gc.collect()
    began, cpu, sent = time.monotonic(), time.process_time(), 0
    while batch := drain(100, ["webhook"]):
        sent += batch
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    print(
        f"{sent:,} deliveries in {took:.1f} s by one worker: {sent / took:,.0f}/s, {1000 * cpu / sent:.2f} ms CPU each"
    )
    left = Delivery.objects.filter(kind="webhook").exclude(state="sent").count()
    print(f"{left} of them not sent")
    sys.exit(1 if left else 0)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and seconds of this process's CPU."""
    began, cpu = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - began, time.process_time() - cpu


if __name__ == "__main__":
    main()
