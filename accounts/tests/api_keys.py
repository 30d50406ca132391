"""Keys and requests with them, for the tests of API keys."""

from typing import Any

from django.test import Client

from accounts.actors import actor_for
from accounts.apikeys.services import api_key_create
from accounts.models import ApiKey, User

HERE = "127.0.0.1"


def make_key(user: User, *scopes: str, **values: Any) -> tuple[ApiKey, str]:
    """A key of `user` with what it takes to read customers, unless the test says otherwise."""
    values = {"name": "Nightly export", "scopes": scopes or ["customers:read"], **values}
    return api_key_create(actor_for(user), **values)


def ask(secret: str, path: str = "customers", method: str = "get", data: Any = None, address: str = HERE, **extra: Any):
    """A request with the key in `Authorization`."""
    headers = {"Authorization": f"Bearer {secret}", **extra}
    sent = {} if method == "get" else {"data": data, "content_type": "application/json"}
    return getattr(Client(), method)(f"/api/v1/{path}", headers=headers, REMOTE_ADDR=address, **sent)


def code_of(answer: Any) -> str:
    return str(answer.json()["error"]["code"])
