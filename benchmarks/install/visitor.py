"""Somebody elsewhere with a browser: asks the machine by its name over TLS, trusting the authority alone."""

import base64
import re
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import requests
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from requests.adapters import HTTPAdapter

from benchmarks.install.network import MACHINES

PERIOD = 30  # seconds that a code of an authenticator app is good for
FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SECRET = re.compile(r"data-secret>([A-Z2-7 ]+)<")


class ByAddress(HTTPAdapter):
    """The machine's name is in no directory: its address is asked, in its name."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, server_hostname=self.host, assert_hostname=self.host)


class Visitor:
    def __init__(self, host: str, authority: Path) -> None:
        self.host, self.session = host, requests.Session()
        self.session.mount("https://", ByAddress(host))
        self.session.verify, self.session.trust_env = str(authority), False
        self.session.headers["Host"] = host

    def get(self, path: str, scheme: str = "https") -> requests.Response:
        return self.session.get(f"{scheme}://{MACHINES}{path}", timeout=60, allow_redirects=False)

    def fill(self, path: str, **fields: str) -> requests.Response:
        """The form of a page, with what it hides."""
        page = self.get(path)
        hidden = {"csrfmiddlewaretoken": FIELD.search(page.text)[1]}
        origin = {"Origin": f"https://{self.host}", "Referer": f"https://{self.host}{path}"}
        address = f"https://{MACHINES}{path}"
        return self.session.post(address, {**hidden, **fields}, headers=origin, timeout=60, allow_redirects=False)

    def sign_in(self, email: str, password: str) -> str:
        """Where one is led then."""
        return self.fill("/accounts/login/", login=email, password=password).headers.get("Location", "")

    def connect_app(self) -> int:
        """The status of what is answered to a right code."""
        path = "/accounts/security/setup/app/"
        secret = SECRET.search(self.get(path).text)[1].replace(" ", "")
        code = TOTP(base64.b32decode(secret), 6, SHA1(), PERIOD).generate(time.time())
        return self.fill(path, code=code.decode()).status_code


class Crowd:
    """Asks without end, each on a connection of its own, until it is over; what was no 200 is a failure."""

    def __init__(self, visitor: Visitor, people: int = 4) -> None:
        self.visitor, self.over, self.answers, self.failures = visitor, Event(), 0, list[str]()
        self.threads = [Thread(target=self._ask) for _ in range(people)]

    def _ask(self) -> None:
        one = Visitor(self.visitor.host, Path(str(self.visitor.session.verify)))
        one.session.headers["Connection"] = "close"
        while not self.over.wait(0.05):
            try:
                status = one.get("/health/live").status_code
            except requests.RequestException as error:
                self.failures.append(repr(error))
            else:
                self.failures += [] if status == 200 else [str(status)]
            self.answers += 1

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()
