"""A canary read through MCP is one alert, whichever tool read it; ordinary work never meets one (docs/honeypots.md)."""

import json
from typing import Any

import pytest

from accounts.actors import actor_for
from auditlog.models import Alert, SecurityEvent
from crm.agents.tests.agent import agent_of
from customers import services
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db
NAME = "Quillmere Optics Ltd"


@pytest.fixture
def company(north: Any, superadmin: Any) -> Customer:
    values = {"name": NAME, "email": "hello@quillmere.example", "domain": "quillmere.example"}
    person = {"first_name": "Ottoline", "last_name": "Vantongeren", "email": "ottoline@quillmere.example"}
    return services.canaries_plant(actor_for(superadmin), [(values, [person])], north)[0]  # type: ignore[return-value]


def touches() -> list[dict[str, Any]]:
    events = SecurityEvent.objects.filter(kind="canary.touched").order_by("at")
    return [{**json.loads(event.details), "severity": event.severity, "who": event.person_id} for event in events]


WAYS = {
    "get a customer": ("get_record", {"kind": "customers", "id": "{customer}"}, "customer", "detail"),
    "get a contact": ("get_record", {"kind": "contacts", "id": "{contact}"}, "contact", "detail"),
    "timeline": ("record_timeline", {"kind": "customers", "id": "{customer}"}, "customer", "timeline"),
    "search a customer": ("search", {"query": "quillmere", "kinds": ["customers"]}, "customer", "search"),
    "search a contact": ("search", {"query": "vantongeren"}, "contact", "search"),
    "search the list": ("list_records", {"kind": "customers", "search": "quillmere"}, "customer", "list"),
    "search the contacts": ("list_records", {"kind": "contacts", "search": "vantongeren"}, "contact", "list"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_read_a_canary_is_one_event_and_one_alert(
    way, company, teammate, django_capture_on_commit_callbacks
):
    tool, arguments, kind, via = WAYS[way]
    ids = {"customer": company.pk, "contact": company.contacts.get().pk}
    given = {name: value.format(**ids) if isinstance(value, str) else value for name, value in arguments.items()}
    agent = agent_of(teammate)
    with django_capture_on_commit_callbacks(execute=True):
        agent.read(tool, **given)
    (touch,) = touches()
    assert (touch["record"], touch["via"]) == (f"{kind}:{ids[kind]}", via)
    assert (touch["door"], touch["credential"], touch["path"]) == ("mcp", "key", "/mcp")
    assert (touch["severity"], touch["who"], touch["on_behalf_of"]) == ("critical", teammate.pk, "key:Nightly export")
    assert Alert.objects.filter(rule__name="canary_touched").count() == 1


def test_expanding_one_is_told_of_beside_what_it_hangs_on(company, teammate):
    person = company.contacts.get()
    agent_of(teammate).read("get_record", kind="contacts", id=str(person.pk), expand=["customer"])
    assert {touch["record"] for touch in touches()} == {f"contact:{person.pk}", f"customer:{company.pk}"}


def test_nobody_of_another_team_meets_it(company, outsider):
    agent = agent_of(outsider)
    assert agent.refusal("get_record", kind="customers", id=str(company.pk))["code"] == "not_found"
    assert agent.read("search", query="quillmere")["groups"] == [] and not touches()


def test_ordinary_lists_and_searches_for_other_kinds_never_meet_one(company, acme, teammate):
    agent = agent_of(teammate)
    for arguments in ({"kind": "customers"}, {"kind": "contacts"}, {"kind": "customers", "filters": {"count": True}}):
        assert NAME not in str(agent.read("list_records", **arguments))
    assert agent.read("search", query="quillmere", kinds=["deals"])["groups"] == []
    assert agent.read("search", query="qui")["groups"] == [] and not touches()


def test_no_answer_tells_what_a_canary_is(company, teammate):
    shown = agent_of(teammate).read("get_record", kind="customers", id=str(company.pk))
    assert shown["name"] == NAME and "canary" not in json.dumps(shown)
    assert Contact.objects.filter(is_canary=True).exists()
