"""The event stream on a real server: a hint within seconds, for whose notices changed, and nothing for anybody else."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from crm.notices import streaming
from crm.notices.models import Notification
from tests.browser.server import ASGI, DATABASE, manage, process_of

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]
PATIENCE = 30  # seconds: longer than a busy machine needs
PEOPLE = ("one", "other")

FILL = f"""
from django.test import Client
from accounts.models import Membership, Role, Team, User
from customers.models import Customer
team = Team.objects.create(name="North")
for name in {PEOPLE}:
    person = User.objects.create(email=name + "@north.example", role=Role.objects.get(name="sales_rep"))
    Membership.objects.create(user=person, team=team)
    client = Client()
    client.force_login(person, backend="accounts.backends.EmailBackend")
    print(name, client.session.session_key)
Customer.objects.create(name="Acme", team=team)
"""
TELL = """
import crm.urls
from accounts.models import User
from crm.core.actor import Actor
from customers.models import Customer
from customers.services import customer_update
customer_update(Actor.system("test"), Customer.objects.get().pk, owner=User.objects.get(email="one@north.example"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any, migrated_sqlite: Path) -> Path:
    place: Path = tmp_path_factory.mktemp("streamed")
    (place / DATABASE).write_bytes(migrated_sqlite.read_bytes())
    return place


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[str, str]:
    """{person: session}"""
    lines = manage(folder, "shell", "-v", "0", "-c", FILL).split()
    return dict(zip(lines[::2], lines[1::2], strict=True))


@pytest.fixture(scope="module")
def address(folder: Path, keys: dict[str, str]) -> Iterator[str]:
    with process_of(folder, ASGI) as url:
        yield url


def asked(address: str, key: str) -> HTTPResponse:
    request = urllib.request.Request(f"{address}/notifications/stream/", headers={"Cookie": f"sessionid={key}"})
    return urllib.request.urlopen(request, timeout=PATIENCE)  # type: ignore[no-any-return]


@contextmanager
def followed(address: str, key: str) -> Iterator[Callable[[float], str]]:
    """Yields how to wait for the next hint; empty where none came in time."""
    answer, lines = asked(address, key), Queue[str]()

    def read() -> None:
        try:
            for line in answer:
                if line.startswith(b"event:"):
                    lines.put(line.decode().strip())
        except (OSError, ValueError, AttributeError):
            return

    threading.Thread(target=read, daemon=True).start()

    def hint(seconds: float) -> str:
        try:
            return lines.get(timeout=seconds)
        except Empty:
            return ""

    try:
        yield hint
    finally:
        answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]


def test_whom_it_concerns_gets_a_hint_and_others_none(address, folder, keys):
    with followed(address, keys["one"]) as one, followed(address, keys["other"]) as other:
        assert one(PATIENCE) == other(PATIENCE) == "event: look"
        manage(folder, "shell", "-v", "0", "-c", TELL)
        assert one(PATIENCE) == "event: look"
        assert other(2) == ""


def test_it_is_not_compressed_and_not_kept(address, keys):
    answer = asked(address, keys["one"])
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Content-Encoding"] == "identity" and answer.headers["Cache-Control"] == "no-store"
    answer.close()


def test_a_stranger_is_not_let_in(address):
    request = urllib.request.Request(f"{address}/notifications/stream/", headers={"Accept": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert refused.value.code == 401


class TestWhatALookSees:
    """Without a server: what counts as news."""

    @pytest.fixture
    def seen(self, teammate: Any) -> Callable[[], Any]:
        return lambda: streaming.unread_of([teammate.pk]).get(teammate.pk, frozenset())

    def test_what_comes_grows_is_read_or_comes_back(self, tell, teammate, outsider, seen):
        states = [seen()]
        notice = tell(teammate)
        states.append(seen())
        rows = Notification.objects.filter(pk=notice.pk)
        for change in ({"count": 2}, {"read_at": timezone.now()}):
            rows.update(**change)
            states.append(seen())
        assert [len(one) for one in states] == [0, 1, 1, 0] and states[1] != states[2]
        rows.update(read_at=None, shown_at=timezone.now() + streaming.WINDOW)
        assert seen() == frozenset()
        rows.update(shown_at=timezone.now() - streaming.WINDOW / 2)
        assert seen() == {(notice.pk, 2)}

    def test_nobody_follows_and_nobody_looks(self):
        watch = streaming.Watch()
        assert watch._people() == [] and watch._thread is None
        watch.leave(uuid4(), streaming.Follower(None))  # type: ignore[arg-type]
        assert watch._people() == []
