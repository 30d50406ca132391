"""Who works meanwhile: one client that sends mails and creates customers, again until each is taken; one that reads."""

import http.client
import random
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from benchmarks.client import Client
from benchmarks.faults.receivers import MAIL_FAULTS

AT_ONCE = 10
SUBJECT = "Under fire"
READ = ("/customers/", "/api/v1/customers?page_size=20", "/", "/api/v1/emails?page_size=20")
READS_EVERY = 0.1  # seconds
HUNG_UP = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, order=True)
class Answer:
    """`at` and `took` in seconds; `failure` is a status or the name of an error."""

    took: float
    at: float
    what: str
    failure: str = ""

    def __str__(self) -> str:
        return f"{self.took * 1000:,.0f} ms at {self.at:.1f} s: {self.what} {self.failure}".rstrip()


class Person:
    """One connection, opened again when it breaks. A server that reloads hangs up on those that idle: what may be
    repeated is asked once more then, as browsers and HTTP libraries do."""

    def __init__(self, signed_in: Client, began: float) -> None:
        self.client, self.began = signed_in.twin(), began
        self.answers: list[Answer] = []
        self.hung_up = 0

    def call(self, method: str, path: str, data: Any = None, key: str = "") -> int:
        """The status, 0 where there was no answer."""
        start = time.monotonic()
        try:
            status = self._status(method, path, data, key)
            failure = "" if status < 400 else str(status)
        except (OSError, http.client.HTTPException) as error:
            status, failure, self.client = 0, type(error).__name__, self.client.twin()
        self.answers.append(Answer(time.monotonic() - start, start - self.began, f"{method} {path}", failure))
        return status

    def _status(self, method: str, path: str, data: Any, key: str) -> int:
        try:
            return self.client.call(method, path, data, key=key).status
        except HUNG_UP:
            self.client, self.hung_up = self.client.twin(), self.hung_up + 1
            return self.client.call(method, path, data, key=key).status

    def insist(self, path: str, data: Any) -> None:
        """Until it is taken, with one Idempotency-Key: what was kept before an answer got lost is not kept twice."""
        key = str(uuid.uuid4())
        while (status := self.call("POST", path, data, key)) >= 500 or not status:
            time.sleep(0.5)
        if status >= 400:
            raise RuntimeError(f"{path} was answered {status}")


def addresses(number: int) -> list[str]:
    """Most are fine; of a thousand so many have a fault each."""
    if number == 1:
        return ["fine@receivers.example"]
    chance = random.Random(3)
    names = [name for name, share in MAIL_FAULTS.items() for _ in range(max(1, round(number * share / 1000)))]
    names += ["fine"] * (number - len(names))
    chance.shuffle(names)
    return [f"{name}-{n}@receivers.example" for n, name in enumerate(names)]


def send_mails(person: Person, number: int, seconds: float) -> None:
    """Spread over the seconds."""
    everybody = addresses(number)
    for start in range(0, number, AT_ONCE):
        some = [
            {"op": "create", "data": {"to": to, "subject": SUBJECT, "text": "One of many.", "transactional": True}}
            for to in everybody[start : start + AT_ONCE]
        ]
        person.insist("/api/v1/emails/bulk", {"operations": some})
        time.sleep(seconds * AT_ONCE / number)


def create_customers(person: Person, number: int, seconds: float) -> None:
    for start in range(0, number, AT_ONCE):
        some = [
            {"op": "create", "data": {"name": f"Under fire {start + n}"}} for n in range(min(AT_ONCE, number - start))
        ]
        person.insist("/api/v1/customers/bulk", {"operations": some})
        time.sleep(seconds * AT_ONCE / number)


def read(person: Person, over: threading.Event) -> None:
    while not over.is_set():
        for path in READ:
            person.call("GET", path)
            over.wait(READS_EVERY)
