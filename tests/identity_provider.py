"""A small OpenID provider on the loopback, for tests: code flow with PKCE, RS256, userinfo; it can be told to lie.

python -m tests.identity_provider 9000
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "vouch", "a-secret-between-the-two"
FORM = """<!doctype html><link rel="icon" href="data:,"><title>Provider</title><h1>Provider</h1><form method="post">
<label>E-mail <input name="email" type="email"></label><label>Name <input name="name"></label>
<button>Continue</button></form>"""


class Provider:
    """`lies` replaces claims of the identity token, `answers` those of userinfo."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.lies: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}

    def discovery(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()},
        }

    def approve(self, url: str, **claims: Any) -> str:
        """Where the browser is sent after somebody has signed in here."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "claims": claims}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not asked or authorization != f"Basic {known}":
            return None
        if (challenge, form.get("redirect_uri")) != (asked["code_challenge"], asked["redirect_uri"]):
            return None
        token, now = secrets.token_urlsafe(16), int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **asked["claims"], **self.lies}
        self.tokens[token] = {**asked["claims"], **self.answers}
        signed = jwt.encode(claims, self.key, "RS256", headers={"kid": "1"})
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed}


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        provider, path = self.server.provider, urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            self._json(provider.discovery())
        elif path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._json(provider.tokens.get(token, {}), 200 if token in provider.tokens else 401)
        elif path == "/authorize":
            self._send(200, FORM, "text/html")
        elif path == "/elsewhere":
            self._send(302, "", "text/plain", {"Location": f"{provider.issuer}/.well-known/openid-configuration"})
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        provider = self.server.provider
        if self.path.startswith("/authorize"):
            email = form["email"]
            claims = {"sub": f"id-of-{email}", "email": email, "email_verified": True, "name": form.get("name", "")}
            self._send(302, "", "text/plain", {"Location": provider.approve(self.path, **claims)})
            return
        tokens = provider.redeem(form, self.headers.get("Authorization", ""))
        self._json(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _json(self, content: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(content), "application/json")

    def _send(self, status: int, text: str, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        pass


def listening(port: int = 0) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.provider = Provider(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    return server


@contextmanager
def provided() -> Iterator[Provider]:
    server = listening()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.provider  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    listening(int(sys.argv[1])).serve_forever()
