"""docs/access-matrix.md is what the code says, and what the code says is what each address answers."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.actors import actor_for
from accounts.apikeys.authentication import DOORS
from accounts.models import ApiKey
from accounts.oauth.clients import client_create
from accounts.roles import BUILT_IN
from accounts.tests.api_keys import make_key
from accounts.tests.oauth_flow import tokens_for
from crm.core.actor import Actor
from crm.core.permissions import PERMISSIONS
from tests.access_matrix import COMMAND, FILE, Row, document, rows
from tests.test_outsider_everywhere import values_for

ROWS = rows()
# Refusals of another kind than "your role may not": the address was open.
OTHER_REFUSALS = ("reauthentication_required", "session_required", "csrf_failed", "beyond_own_grants")
SCOPES = ["customers:read", "deals:write", "users:read"]


def test_the_committed_copy_has_not_drifted():
    assert FILE.read_text() == document(), f"run: {COMMAND}"


def url_of(row: Row) -> str:
    """An address of nothing, so that nothing is changed."""
    return row.address.url(**(values_for(row.address, {}) if row.address.parameters else {}))


def call(client: Client, method: str, url: str, **headers: str) -> Any:
    """The answer; whatever it did to rows and cookies is undone."""
    cookies = client.cookies.output()
    with transaction.atomic():
        is_api = url.startswith("/api/") and method != "GET"
        options = {"data": "{}", "content_type": "application/json"} if is_api else {}
        answer = getattr(client, method.lower())(url, headers=headers or None, **options)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", "").replace("\r\n", "; "))
    return answer


def is_refused_by_role(answer: Any) -> bool:
    text = answer.content.decode(errors="replace") if not answer.streaming else ""
    return answer.status_code == 403 and not any(code in text for code in OTHER_REFUSALS)


def disagreement(row: Row, method: str, actor: Actor, answer: Any) -> str:
    """What is wrong with the answer, or nothing."""
    allowed = bool(row.access.allows(actor))
    refused = answer.status_code == 404 if row.access.hidden else is_refused_by_role(answer)
    wrong = (
        (not allowed and not refused) or (allowed and not row.access.hidden and refused) or answer.status_code >= 500
    )
    return f"{method} {row.address} as {actor.role}: {answer.status_code}, allowed: {allowed}" if wrong else ""


def not_public() -> Iterator[tuple[Row, str]]:
    """Each address and method that programs may come to; of pages, where they are sent away, the GETs are enough."""
    for row in ROWS:
        for method in row.methods:
            if not row.access.public and (method == "GET" or row.doors != "session"):
                yield row, method


def is_sent_away(answer: Any) -> bool:
    return answer.status_code in (302, 401)


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    """Hundreds of calls by one person are the point here."""
    settings.RATE_LIMIT_ENABLED = False


# Who sees most and who works most meet both databases; what the other roles may does not depend on which it is.
@pytest.mark.django_db
@pytest.mark.parametrize(
    "role",
    [role if role in ("superadmin", "sales_rep") else pytest.param(role, marks=pytest.mark.once) for role in BUILT_IN],
)
def test_every_address_answers_each_role_as_the_matrix_says(role, make_user, north, sign_in):
    person = make_user("caller@north.example", role, (north,))
    client, actor = sign_in(person), actor_for(person)
    wrong = [
        fault
        for row in ROWS
        for method in row.methods
        if not row.access.public and (fault := disagreement(row, method, actor, call(client, method, url_of(row))))
    ]
    assert not wrong


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["superadmin", "sales_rep"])
def test_a_token_opens_what_role_and_scopes_leave_and_no_page(role, make_user, north, sign_in, client):
    person = make_user("caller@north.example", role, (north,))
    uris = ["http://127.0.0.1/callback"]
    system = Actor.system("test")
    app = client_create(system, name="Tool", client_type="public", redirect_uris=uris, scopes=SCOPES)[0]
    token = tokens_for(sign_in(person), app, scope=" ".join(SCOPES))["access_token"]
    actor, bearer, wrong = actor_for(person, scopes=SCOPES), f"Bearer {token}", []
    for row, method in not_public():
        answer = call(client, method, url_of(row), Authorization=bearer)
        if row.doors == "session":
            wrong += [] if is_sent_away(answer) else [f"{method} {row.address}: {answer.status_code} with a token"]
        elif fault := disagreement(row, method, actor, answer):
            wrong.append(fault)
    assert not wrong


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "scopes", "header"),
    [("superadmin", PERMISSIONS, "Authorization"), ("sales_rep", ["customers:read", "deals:write"], "X-API-Key")],
    ids=["every scope", "two scopes"],
)
def test_a_key_opens_what_role_and_scopes_leave_and_never_what_keys_may_not(
    role, scopes, header, make_user, north, client
):
    person = make_user("caller@north.example", role, (north,))
    key, secret = make_key(person)
    # Whatever stands in the row: no service would write scopes there that are never for a key.
    ApiKey.objects.filter(pk=key.pk).update(scopes=list(scopes))
    key.refresh_from_db()
    actor, wrong = actor_for(person, credential="key", scopes=key.usable_scopes), []
    for row, method in not_public():
        answer = call(
            client, method, url_of(row), **{header: f"Bearer {secret}" if header == "Authorization" else secret}
        )
        if not f"/{row.address.route}".startswith(DOORS):
            wrong += [] if is_sent_away(answer) else [f"{method} {row.address}: {answer.status_code} with a key"]
        elif row.access.signed_in and not row.opens_by_key(method):
            told = answer.json()["error"]["code"]
            wrong += [] if told == "session_required" else [f"{method} {row.address}: {told}"]
        elif fault := disagreement(row, method, actor, answer):
            wrong.append(fault)
        elif not row.opens_by_key(method) and answer.status_code != 403:
            wrong.append(f"{method} {row.address}: {answer.status_code}, never by a key")
    assert not wrong
