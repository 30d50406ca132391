"""Who gets in, and how far: role and scopes, team and network of the key, hidden fields, and never a session."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from accounts.models import Application, Role
from accounts.oauth.clients import client_create
from accounts.roles import BUILT_IN
from accounts.tests.api_keys import make_key
from accounts.tests.oauth_flow import tokens_for
from auditlog.models import AuditEvent, SecurityEvent
from crm.agents.kinds import KINDS, READS, SEARCHED, WITH_TIMELINE, address_of, readable
from crm.agents.tests.agent import Agent, agent_of
from crm.agents.toolbox import TOOLS
from crm.core.access import access_of
from crm.core.actor import Actor
from crm.core.global_search import kinds_for
from customers.models import Customer

pytestmark = pytest.mark.django_db
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
TAX_ID = "DE136695976"
METADATA = "/.well-known/oauth-protected-resource/mcp"


@pytest.fixture
def tool_client(db: Any) -> Application:
    uris = ["http://127.0.0.1/callback"]
    scopes = ["customers:read", "billing:read", "deals:read", "deals:write"]
    made = {"name": "Assistant", "client_type": "public", "redirect_uris": uris, "scopes": scopes}
    return client_create(Actor.system("test"), **made)[0]


def asks(agent: Agent, records: dict[str, Any]) -> dict[str, Any]:
    """What each tool finds of the records."""
    return {
        "search": {group["name"] for group in agent.read("search", query="lantern")["groups"]},
        "list": {kind for kind in records if agent.read("list_records", kind=kind)["results"]},
        "get": {kind for kind, one in records.items() if not got(agent, "get_record", kind, one)["isError"]},
        "timeline": {
            kind
            for kind, one in records.items()
            if kind in WITH_TIMELINE and not got(agent, "record_timeline", kind, one)["isError"]
        },
    }


def got(agent: Agent, tool: str, kind: str, record: Any) -> dict[str, Any]:
    return agent.call(tool, kind=kind, id=str(record.pk))


@pytest.mark.parametrize("persona", ["owner", "teammate", "superadmin"])
def test_who_sees_the_records_finds_them_by_every_tool(persona, records, request):
    found = asks(agent_of(request.getfixturevalue(persona)), records)
    every = set(records)
    assert found == {"search": every, "list": every, "get": every, "timeline": every - {"notes"}}


def test_the_outsider_finds_nothing_by_any_tool(outsider, records):
    agent = agent_of(outsider)
    assert not any(asks(agent, records).values())
    error = agent.refusal("get_record", kind="customers", id=str(records["customers"].pk))
    assert (error["code"], error["status"]) == ("not_found", 404)


@pytest.mark.parametrize("role", BUILT_IN)
def test_every_role_reads_what_the_api_opens_to_it(role, make_user, north, as_actor):
    actor = as_actor(make_user("p@north.example", role, (north,)))
    shown = TOOLS["list_records"].described_for(actor)["inputSchema"]["properties"]["kind"]["enum"]
    assert shown == [kind for kind in KINDS if actor.may(f"{kind}:read" if kind in SEARCHED else PERMISSION[kind])]


PERMISSION = {"labels": "customers:read", "pipelines": "deals:read", "stages": "deals:read"}


@pytest.mark.parametrize(
    ("scopes", "tools", "kinds"),
    [
        (["customers:read"], ["get_record", "list_records", "record_timeline", "search"], ["customers", "labels"]),
        (["notes:read"], ["get_record", "list_records", "search"], ["notes"]),
        (["deals:read", "users:read"], None, ["deals", "pipelines", "stages"]),
    ],
    ids=str,
)
def test_a_tool_is_listed_for_the_kinds_that_the_scopes_open(owner, scopes, tools, kinds):
    found = agent_of(owner, *scopes).tools()
    assert tools is None or sorted(found) == tools
    assert found["list_records"]["inputSchema"]["properties"]["kind"]["enum"] == kinds
    assert found["search"]["inputSchema"]["properties"]["kinds"]["items"]["enum"] == [
        kind for kind in kinds if kind in SEARCHED
    ]


def test_what_the_scopes_do_not_open_is_refused_with_the_reason_and_noted(owner, records):
    agent = agent_of(owner, "customers:read")
    error = agent.refusal("get_record", kind="deals", id=str(records["deals"].pk))
    assert (error["code"], error["status"]) == ("forbidden", 403) and "deals:read" in error["message"]
    assert agent.refusal("search", query="lantern", kinds=["deals"])["code"] == "invalid_parameter"
    event = SecurityEvent.objects.get(kind="access.denied")
    assert event.person_id == owner.pk and "POST /mcp" in event.details and "key:" in event.details


@pytest.mark.parametrize("scopes", [["audit:read"], ["customers:write"], ["customers:export"]], ids=str)
def test_without_a_scope_that_reads_records_the_door_stays_shut(make_user, north, scopes):
    person = make_user("s@north.example", "superadmin", (north,))
    answer = agent_of(person, *scopes).post(PING)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_writing_scopes_open_no_tool_that_writes(make_user, north):
    person = make_user("s@north.example", "superadmin", (north,))
    found = agent_of(person, "customers:read", "customers:write", "customers:delete").tools()
    assert all(tool["annotations"]["readOnlyHint"] for tool in found.values()) and len(found) == 4


def test_a_key_of_one_team_reaches_that_team_alone(make_user, north, south, records, outsider):
    person = make_user("both@north.example", teams=(north, south))
    assert any(asks(agent_of(person, team=north), records).values())
    assert not any(asks(agent_of(person, team=south, name="South"), records).values())


def test_a_key_from_elsewhere_is_refused(owner):
    answer = agent_of(owner, allowed_networks=["203.0.113.0/24"]).post(PING)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "key_address_refused")


def test_a_key_is_taken_in_its_own_header_too(owner):
    secret = make_key(owner)[1]
    headers = {"X-API-Key": secret, "MCP-Protocol-Version": "2025-11-25"}
    assert Client().post("/mcp", PING, content_type="application/json", headers=headers).status_code == 200


def test_a_token_reads_as_its_person_within_its_scopes(owner, records, sign_in, tool_client):
    token = tokens_for(sign_in(owner), tool_client, scope="customers:read deals:write")["access_token"]
    agent = Agent(token)
    assert got(agent, "get_record", "customers", records["customers"])["structuredContent"]["name"] == "Acme Lanterns"
    assert agent.refusal("list_records", kind="deals")["code"] == "forbidden"


def test_what_a_token_read_is_in_the_trail_with_door_and_application(superadmin, taxed, sign_in, tool_client):
    token = tokens_for(sign_in(superadmin), tool_client, scope="customers:read billing:read")["access_token"]
    assert got(Agent(token), "get_record", "customers", taxed)["structuredContent"]["tax_id"] == TAX_ID
    event = AuditEvent.objects.get(action="customers.viewed_sensitive")
    assert (event.door, event.credential, event.on_behalf_of) == ("mcp", "token", "client:Assistant")


def test_a_revoked_key_is_refused_on_the_very_next_request(owner):
    key, secret = make_key(owner)
    assert Agent(secret).post(PING).status_code == 200
    owner.api_keys.filter(pk=key.pk).update(revoked_at=key.created_at, revoked_reason="revoked")
    assert Agent(secret).post(PING).status_code == 401


def test_a_person_who_lost_their_role_loses_the_door(owner):
    agent = agent_of(owner)
    Role.objects.filter(pk=owner.role_id).update(grants={})
    assert agent.post(PING).status_code == 403


@pytest.mark.parametrize("persona", ["owner", "superadmin"])
def test_a_session_opens_nothing(persona, request, sign_in):
    client = sign_in(request.getfixturevalue(persona))
    answer = client.post("/mcp", PING, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")
    assert client.get("/mcp").status_code == 401


@pytest.mark.parametrize(
    ("headers", "hint"),
    [({}, ""), ({"Authorization": "Bearer x"}, 'error="invalid_token", '), ({"X-API-Key": "crm_live_x"}, "error=")],
    ids=str,
)
def test_a_stranger_is_told_where_tokens_come_from(client, settings, headers, hint):
    answer = client.post("/mcp", PING, content_type="application/json", headers=headers)
    challenge = answer["WWW-Authenticate"]
    assert answer.status_code == 401 and challenge.startswith('Bearer realm="vouch"') and hint in challenge
    assert f'resource_metadata="{settings.PUBLIC_URL}{METADATA}"' in challenge


def test_the_metadata_leads_to_the_server_that_gives_out_tokens(client, settings):
    found = client.get(METADATA).json()
    assert found["resource"] == f"{settings.PUBLIC_URL}/mcp" and set(found["scopes_supported"]) == set(READS)
    (server,) = found["authorization_servers"]
    described = client.get(f"{server.removeprefix(settings.PUBLIC_URL)}/.well-known/oauth-authorization-server").json()
    assert described["issuer"] == server and set(found["scopes_supported"]) <= set(described["scopes_supported"])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver", "https://crm.example.evil"])
def test_a_page_of_another_origin_is_refused(owner, settings, origin):
    settings.PUBLIC_URL = "https://crm.example"
    answer = agent_of(owner).post(PING, Origin=origin)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")


@pytest.mark.parametrize("origin", ["https://crm.example", "https://app.example"])
def test_our_own_pages_and_named_origins_may_call(owner, settings, origin):
    settings.PUBLIC_URL, settings.CORS_ALLOWED_ORIGINS = "https://crm.example/", ["https://app.example"]
    assert agent_of(owner).post(PING, Origin=origin).status_code == 200


@pytest.fixture
def taxed(acme: Customer) -> Customer:
    acme.tax_id = TAX_ID
    acme.save()
    return acme


def seen(agent: Agent, customer: Customer) -> list[bool]:
    """Whether each tool hands out the tax id, or finds by it."""
    shown = got(agent, "get_record", "customers", customer)["structuredContent"]
    assert ("tax_id" in shown["hidden_fields"]) is ("tax_id" not in shown)
    listed, found = agent.read("list_records", kind="customers"), agent.read("search", query=TAX_ID)
    return ["tax_id" in shown, TAX_ID in str(listed), bool(found["groups"])]


@pytest.mark.parametrize(
    ("role", "scopes", "is_open"),
    [
        ("superadmin", ["customers:read", "billing:read"], True),
        ("superadmin", ["customers:read"], False),
        ("marketing", ["customers:read"], False),
    ],
    ids=str,
)
def test_a_field_with_a_right_of_its_own_is_hidden_from_who_lacks_it(role, scopes, is_open, make_user, north, taxed):
    person = make_user("p@north.example", role, (north,))
    assert seen(agent_of(person, *scopes), taxed) == [is_open] * 3


def test_the_door_opens_to_whoever_may_read_one_of_the_kinds(superadmin, as_actor):
    asked = {kind: access_of(view_of(kind)) for kind in KINDS}
    assert {one for access in asked.values() for one in access.permissions} == set(READS)
    actor = as_actor(superadmin)
    assert readable(actor, KINDS) == list(KINDS)
    assert [kind.name for kind in kinds_for(actor)] == list(SEARCHED)
    assert all(hasattr(view_of(kind).cls, "timeline") == (kind in WITH_TIMELINE) for kind in KINDS)


def view_of(kind: str) -> Any:
    return resolve(address_of(kind)).func
