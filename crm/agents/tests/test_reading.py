"""What the tools find is what the API answers, read page by page, counted, limited and audited like it."""

import json
from typing import Any

import pytest
from django.urls import resolve

from accounts.tests.api_keys import ask
from auditlog.alerts.reading import tally
from auditlog.models import AuditEvent
from crm.agents.kinds import KINDS, address_of
from crm.agents.tests.agent import Agent, agent_of
from crm.core.limits_middleware import limit_of
from customers.models import Customer
from customers.services import customer_merge, note_create
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(owner: Any) -> Agent:
    return agent_of(owner)


def api(agent: Agent, path: str) -> dict[str, Any]:
    """The same caller at the REST API."""
    return ask(agent.secret, path).json()  # type: ignore[no-any-return]


def test_a_record_is_the_one_of_the_api(agent, records):
    for kind, record in records.items():
        shown = agent.read("get_record", kind=kind, id=str(record.pk))
        assert shown == api(agent, f"{kind}/{record.pk}") and shown["id"] == str(record.pk)


def test_fields_and_links_are_chosen_as_in_the_api(agent, records):
    deal = records["deals"]
    shown = agent.read("get_record", kind="deals", id=str(deal.pk), fields=["id", "customer"], expand=["customer"])
    assert set(shown) == {"id", "customer"} and shown["customer"]["name"] == "Acme Lanterns"
    assert shown == api(agent, f"deals/{deal.pk}?fields=id,customer&expand=customer")


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_the_one_of_the_api(agent, records, kind):
    body = agent.read("list_records", kind=kind)
    assert body["results"] == api(agent, kind)["results"] and body["next_cursor"] is None
    assert not {"next", "previous"} & set(body)


def test_a_list_is_filtered_searched_ordered_and_counted_as_in_the_api(agent, acme, north, owner):
    for number in range(3):
        Customer.objects.create(name=f"Birch {number}", status="prospect", employees=number, team=north, owner=owner)
    filters = {"status": "prospect", "employees__gte": 1, "owner__isnull": False, "count": True}
    given = {"kind": "customers", "search": "birch", "ordering": "-name", "filters": filters, "fields": ["name"]}
    body = agent.read("list_records", **given)
    assert [one["name"] for one in body["results"]] == ["Birch 2", "Birch 1"] and body["count"] == 2
    same = "customers?search=birch&ordering=-name&employees__gte=1&fields=name"
    assert body["results"] == api(agent, same)["results"]


def test_a_list_is_read_to_its_end_by_the_cursor(agent, north, owner):
    Customer.objects.bulk_create(Customer(name=f"Birch {n}", team=north, owner=owner) for n in range(5))
    seen, cursor = [], {}
    while True:
        body = agent.read("list_records", kind="customers", limit=2, ordering="name", **cursor)
        seen += [one["name"] for one in body["results"]]
        if body["next_cursor"] is None:
            break
        cursor = {"cursor": body["next_cursor"]}
    assert seen == [f"Birch {n}" for n in range(5)]


def test_a_search_is_the_one_of_the_api_and_can_be_for_some_kinds(agent, records):
    assert agent.read("search", query="lantern") == api(agent, "search?q=lantern")
    some = agent.read("search", query="lantern", kinds=["deals", "notes"], limit=1)
    assert {group["name"] for group in some["groups"]} == {"deals", "notes"}
    assert some == api(agent, "search?q=lantern&kinds=deals,notes&page_size=1")


def test_a_timeline_is_read_on_by_its_moment(agent, acme, as_actor, owner):
    for number in range(25):
        note_create(as_actor(owner), customer=acme, body=f"Note {number}")
    seen, before = [], {}
    while True:
        page = agent.read("record_timeline", kind="customers", id=str(acme.pk), entries="note", **before)
        seen += [entry["body"] for entry in page["results"]]
        if page["next_before"] is None:
            break
        before = {"before": page["next_before"]}
    assert seen == [f"Note {n}" for n in reversed(range(25))]
    assert page["results"] == api(agent, f"customers/{acme.pk}/timeline?kind=note&before={before['before']}")["results"]


def test_a_record_that_was_merged_tells_into_which(agent, acme, north, superadmin, as_actor):
    twin = Customer.objects.create(name="Acme Lantern", team=north)
    customer_merge(as_actor(superadmin), acme.pk, twin.pk)
    error = agent.refusal("get_record", kind="customers", id=str(twin.pk))
    assert error["code"] == "merged" and error["details"][0]["message"] == str(acme.pk)


def test_the_filters_of_each_kind_are_told(agent):
    told = agent.tools()["list_records"]["inputSchema"]["properties"]["filters"]["description"]
    assert "customers: " in told and "billing_country" in told and told.endswith("stages: name, pipeline, status.")


def test_reading_what_is_sensitive_is_audited_with_the_door(superadmin, acme):
    acme.tax_id = "DE136695976"
    acme.save()
    agent_of(superadmin, "customers:read", "billing:read").read("get_record", kind="customers", id=str(acme.pk))
    event = AuditEvent.objects.get(action="customers.viewed_sensitive")
    assert (event.door, event.credential, event.on_behalf_of) == ("mcp", "key", "key:Nightly export")
    assert event.actor_id == superadmin.pk and event.object_id == str(acme.pk)


def test_the_trail_can_be_filtered_by_the_door(superadmin, sign_in):
    page = sign_in(superadmin).get("/audit/?door=mcp").content.decode()
    assert '<option value="mcp" selected>MCP</option>' in page


def test_rows_are_counted_like_everybody_elses(agent, owner, records):
    tally.forget()
    agent.read("list_records", kind="customers")
    agent.read("list_records", kind="deals")
    counted = tally.take()
    assert sum(counted.values()) == 2 and {hour.person_id for hour in counted} == {owner.pk}


def test_calls_are_limited_like_the_api_and_together_with_it(agent, settings):
    settings.RATE_LIMIT_ENABLED, settings.RATE_LIMITS = True, {**settings.RATE_LIMITS, "authenticated": "3/min"}
    first = agent.ask("ping")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("3", "2")
    assert ask(agent.secret).status_code == 200 and agent.ask("tools/list").status_code == 200
    refused = agent.ask("ping")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0


def test_no_view_behind_a_tool_has_a_limit_of_its_own(agent):
    """It would not be counted here, because one call is one request."""
    assert not [kind for kind in KINDS if limit_of(resolve(address_of(kind)).func, "GET")]


def test_no_header_of_the_agent_reaches_the_view_behind(agent, acme):
    arguments = {"kind": "customers", "id": str(acme.pk)}
    headers = {"If-None-Match": '"1"', "Accept": "application/problem+json", "Idempotency-Key": "x"}
    answer = agent.ask("tools/call", {"name": "get_record", "arguments": arguments}, **headers)
    assert answer.json()["result"]["structuredContent"]["name"] == acme.name


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("list_records", {"kind": "customers"}), ("search", {"query": "lantern"}), ("get_record", {"kind": "customers"})],
    ids=["list_records", "search", "get_record"],
)
def test_what_a_call_costs(agent, records, tool, arguments):
    own = {"id": str(records["customers"].pk)} if tool == "get_record" else {}
    agent.read(tool, **arguments, **own)
    with counted_queries() as queries:
        agent.read(tool, **arguments, **own)
    assert_baseline(f"mcp {tool}", queries.count)


def test_nothing_is_kept_of_a_call(agent, acme):
    agent.ask("ping")
    before = AuditEvent.objects.count()
    answer = agent.ask("tools/call", {"name": "list_records", "arguments": {"kind": "customers"}})
    assert not answer.cookies and json.loads(answer.content)["id"] == 7
    assert AuditEvent.objects.count() == before
