"""An administrator of team North with a web form and an inbound webhook; what people and programs send."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from accounts.actors import actor_for
from crm.capture import services, stamps

ASKED = [
    {"field": "first_name"},
    {"field": "last_name", "label": "Your surname"},
    {"field": "email", "required": True},
    {"field": "phone"},
    {"field": "description"},
]
ADA = {"first_name": "Ada", "last_name": "Byron", "email": "ada@engines.example"}


@pytest.fixture
def admin(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,), full_name="Ada Admin")


@pytest.fixture
def actor(admin):
    return actor_for(admin)


@pytest.fixture
def form(actor):
    """`form(owner=…)`: a web form of team North."""

    def make(**values):
        return services.lead_source_create(actor, **{"name": "Ask us", "mapping": ASKED, **values})[0]

    return make


@pytest.fixture
def hook(actor):
    """`hook(mapping=…)`: (inbound webhook, secret)."""

    def make(**values):
        given = {"name": "Fair app", "kind": "webhook", "mapping": ASKED, "source": "event", **values}
        return services.lead_source_create(actor, **given)

    return make


@pytest.fixture
def stranger():
    """A browser without a session, and with Django's own check of forms switched on."""
    return Client(enforce_csrf_checks=True)


def stamp_of(source, ago=10, nonce=""):
    """What a form that was opened so many seconds ago holds."""
    return stamps.written(source, stamps.new_stamp(timezone.now(), nonce, timedelta(seconds=ago)))


@pytest.fixture
def fill(stranger):
    """`fill(source, email=…)`: a person sends the form, ten seconds after they opened it."""

    def send(source, values=None, *, ago=10, nonce="", headers=None, **more):
        body = {"stamp": stamp_of(source, ago, nonce), **(ADA if values is None else values), **more}
        return stranger.post(f"/forms/{source.token}/", body, headers=headers or {})

    return send


@pytest.fixture
def post(stranger):
    """`post(source, secret, {…})`: a program posts a lead, signed by the package that others use."""

    def send(source, secret, content, *, id="msg_1", at=None, slash="/", **headers):
        body = content if isinstance(content, str) else json.dumps(content)
        at = at or timezone.now()
        signed = {
            "webhook-id": id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Signer(secret).sign(id, at, body),
        }
        return stranger.post(
            f"/hooks/{source.token}{slash}", body, content_type="application/json", headers={**signed, **headers}
        )

    return send


def text(answer):
    return answer.content.decode()
