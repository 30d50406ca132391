"""An HTTP client on a kept connection: signs in like a browser, or gets a token like an integration."""

import base64
import gzip
import hashlib
import http.client
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.scratch import HOST
from benchmarks.wsgi_headers import CPU_HEADER, SQL_HEADER

PASSWORD = "Demo-Lantern-42"
CLIENT_ID = "crm_web_app"
REDIRECT = "http://127.0.0.1/callback"
SCOPES = "customers:read customers:write contacts:read contacts:write deals:read deals:write activities:read notes:read"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float

    @property
    def statements(self) -> int:
        return int(self.headers.get(SQL_HEADER.lower(), 0))

    @property
    def cpu(self) -> float:
        return float(self.headers.get(CPU_HEADER.lower(), 0))

    @property
    def text(self) -> str:
        zipped = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if zipped else self.body).decode()

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    def __init__(self, port: int, cookies: dict[str, str] | None = None, token: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.port, self.cookies, self.token = port, dict(cookies or {}), token

    @property
    def csrf(self) -> str:
        """Whatever prefix the cookie carries under production settings."""
        return next((value for name, value in self.cookies.items() if name.endswith("csrftoken")), "")

    def twin(self) -> "Client":
        """The same person on a connection of its own."""
        return Client(self.port, self.cookies, self.token)

    def call(self, method: str, path: str, data: Any = None, form: bool = False, key: str = "") -> Answer:
        """`key` is an Idempotency-Key."""
        body = None if data is None else (urlencode(data) if form else json.dumps(data)).encode()
        began = time.perf_counter()
        self.connection.request(method, path, body=body, headers=self._headers(body, form, key))
        response = self.connection.getresponse()
        content = response.read()
        spent = (time.perf_counter() - began) * 1000
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, content, spent)

    def _headers(self, body: bytes | None, form: bool, key: str) -> dict[str, str]:
        headers = {"Host": HOST, "Accept-Encoding": "gzip", "Origin": f"https://{HOST}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        elif self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers["X-CSRFToken"] = self.csrf
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        return headers

    def sign_in(self, email: str) -> Answer:
        self.call("GET", "/accounts/login/")
        sent = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": self.csrf}
        answer = self.call("POST", "/accounts/login/", sent, form=True)
        if answer.status != 302:
            raise RuntimeError(f"signing in as {email} was answered {answer.status}")
        return answer

    def tokens(self) -> dict[str, str]:
        """Authorization code with PKCE, over the person's browser session. Holds access_token and refresh_token."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT, "scope": SCOPES}
        asked |= {"state": "bench", "code_challenge": challenge, "code_challenge_method": "S256"}
        page = self.call("GET", f"/auth/authorize?{urlencode(asked)}")
        if page.status != 200:
            raise RuntimeError(f"the consent page was answered {page.status}")
        sent = {**asked, "allow": "Authorize", "csrfmiddlewaretoken": self.csrf}
        consent = self.call("POST", "/auth/authorize", sent, form=True)
        code = parse_qs(urlsplit(consent.headers["location"]).query)["code"][0]
        redeem = {"grant_type": "authorization_code", "client_id": CLIENT_ID, "code": code}
        redeem |= {"redirect_uri": REDIRECT, "code_verifier": verifier}
        issued: dict[str, str] = Client(self.port).call("POST", "/auth/token", redeem, form=True).json()
        return issued


def cursor_of(url: str | None) -> str:
    """The query of a link to the next page."""
    found = re.search(r"cursor=([^&]+)", url or "")
    return found[1] if found else ""
