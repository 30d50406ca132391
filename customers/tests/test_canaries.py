"""Customers and contacts that nobody works with: ordinary work never meets one, every way to read one is told of."""

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from accounts.actors import actor_for
from auditlog.models import Alert, AuditEvent, SecurityEvent
from crm.core.canaries import CANARY
from crm.core.errors import Stale
from customers import services
from customers.duplicates import possible_duplicates
from customers.models import Contact, Customer
from tests.addresses import without_decoys
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db
NAME, PERSON = "Quillmere Optics Ltd", "Ottoline"


@pytest.fixture
def company(north, superadmin) -> Customer:
    values = {"name": NAME, "email": "hello@quillmere.example", "domain": "quillmere.example", "phone": "+442079460017"}
    person = {"first_name": PERSON, "last_name": "Vantongeren", "email": "ottoline@quillmere.example"}
    return services.canaries_plant(actor_for(superadmin), [(values, [person])], north)[0]  # type: ignore[return-value]


@pytest.fixture
def person(company) -> Contact:
    return company.contacts.get()


def touches() -> list[dict[str, Any]]:
    events = SecurityEvent.objects.filter(kind="canary.touched").order_by("at")
    return [{**json.loads(event.details), "severity": event.severity, "who": event.person_id} for event in events]


READ_BY_ONE = {
    "page": ("/customers/{company}/", "detail"),
    "edit page": ("/customers/{company}/edit/", "detail"),
    "timeline": ("/customers/{company}/timeline/", "detail"),
    "delete page": ("/customers/{company}/delete/", "detail"),
    "field": ("/customers/{company}/fields/status/", "detail"),
    "deals of it": ("/deals/for-customer/{company}/", "detail"),
    "api": ("/api/v1/customers/{company}", "detail"),
    "api timeline": ("/api/v1/customers/{company}/timeline", "timeline"),
    "api labels": ("/api/v1/customers/{company}/labels", "labels"),
    "api notes": ("/api/v1/customers/{company}/notes", "detail"),
    "api search": ("/api/v1/search?q=quillmere", "search"),
    "search page": ("/search/?q=Quillmere", "search"),
    "palette": ("/search/?q=quill&fragment=palette", "search"),
    "search of the list": ("/customers/?search=quillmere", "list"),
    "api search of the list": ("/api/v1/customers?search=quillmere", "list"),
}


@pytest.mark.parametrize("way", READ_BY_ONE)
def test_every_way_to_read_a_canary_is_one_event(way, company, superadmin, sign_in):
    path, via = READ_BY_ONE[way]
    Contact.objects.filter(CANARY).delete()
    answer = sign_in(superadmin).get(path.format(company=company.pk))
    assert answer.status_code == 200
    (touch,) = touches()
    assert (touch["record"], touch["name"], touch["via"]) == (f"customer:{company.pk}", NAME, via)
    assert (touch["severity"], touch["who"], touch["method"]) == ("critical", superadmin.pk, "GET")
    assert touch["door"] == ("api" if path.startswith("/api/") else "page") and touch["path"] in path.format(
        company=company.pk
    )


def test_a_canary_looks_like_any_record(company, person, teammate, api, sign_in):
    shown = api(teammate).get(f"customers/{company.pk}").json()
    assert shown["name"] == NAME and not [name for name in shown if "canary" in name]
    page = sign_in(teammate).get(f"/customers/{company.pk}/").content.decode()
    assert NAME in page and PERSON in page and "canar" not in page.lower()
    assert api(teammate).get(f"customers/{company.pk}/contacts").json()["results"][0]["id"] == str(person.pk)
    assert api(teammate).get("customers", {"is_canary": "true"}).status_code == 400


def test_expanding_a_canary_is_told_of_beside_what_it_hangs_on(company, person, teammate, api):
    shown = api(teammate).get(f"contacts/{person.pk}", {"expand": "customer"}).json()
    assert shown["customer"]["name"] == NAME
    assert {touch["record"] for touch in touches()} == {f"contact:{person.pk}", f"customer:{company.pk}"}
    assert len(touches()) == 2


def test_a_page_that_shows_several_tells_of_each(company, person, teammate, sign_in):
    sign_in(teammate).get(f"/customers/{company.pk}/")
    assert {touch["record"] for touch in touches()} == {f"customer:{company.pk}", f"contact:{person.pk}"}


def test_a_change_works_like_any_other_and_is_one_event(company, teammate, api):
    answer = api(teammate).patch(f"customers/{company.pk}", {"industry": "Optics"})
    assert (answer.status_code, answer.json()["industry"]) == (200, "Optics")
    (touch,) = touches()
    assert (touch["via"], touch["method"]) == ("write", "PATCH")
    assert AuditEvent.objects.filter(action="customers.updated", object_id=str(company.pk)).exists()


def test_a_change_that_is_refused_is_told_of_all_the_same(company, teammate, api):
    answer = api(teammate).patch(f"customers/{company.pk}", {"industry": "Optics"}, **{"If-Match": '"7"'})
    assert answer.status_code == 412 and [touch["via"] for touch in touches()] == ["write"]


def test_what_a_transaction_takes_back_stays_told_of(company, owner, sign_in, monkeypatch):
    """The event is written when the request is over, outside of every transaction of its own."""

    def fail(*args: Any, **values: Any) -> None:
        with transaction.atomic():
            services.customer_update(*args, **values)
            raise Stale()

    monkeypatch.setattr("customers.api.CustomerViewSet.update_service", staticmethod(fail))
    client = sign_in(owner)
    answer = client.patch(f"/api/v1/customers/{company.pk}", {"industry": "x"}, content_type="application/json")
    company.refresh_from_db()
    assert (answer.status_code, company.industry, len(touches())) == (412, "", 1)


def test_deleting_and_bulk_acts_by_id_are_told_of(company, person, superadmin, api, sign_in):
    operations = [{"op": "update", "id": str(person.pk), "data": {"city": "Leeds"}}]
    assert api(superadmin).post("contacts/bulk", {"operations": operations}).status_code == 200
    sign_in(superadmin).post("/contacts/bulk/", {"action": "archive", "ids": [str(person.pk)]})
    assert api(superadmin).delete(f"contacts/{person.pk}").status_code == 204
    assert [touch["via"] for touch in touches()] == ["write", "bulk", "write"]


def test_naming_one_in_a_link_is_told_of(company, teammate, api):
    assert api(teammate).post("contacts", {"last_name": "New", "customer": str(company.pk)}).status_code == 201
    assert [touch["via"] for touch in touches()] == ["link"]


def test_nobody_of_another_team_sees_it_and_nothing_is_told(company, outsider, api, sign_in):
    assert api(outsider).get(f"customers/{company.pk}").status_code == 404
    assert sign_in(outsider).get("/search/?q=quillmere").status_code == 200
    assert not touches()


EVERYDAY = (
    "/customers/",
    "/customers/?ordering=-created_at",
    "/customers/?archived=any",
    "/contacts/",
    "/api/v1/customers?count=true",
    "/api/v1/customers?archived=any&expand=parent,owner",
    "/api/v1/contacts?count=true&expand=customer",
    "/api/v1/contacts?email__iexact=ottoline@quillmere.example",
    "/customers/options/?q=quillmere",
    "/contacts/options/?q=ottoline",
    "/deals/board/",
    "/search/?q=qui",
    "/",
)


@pytest.mark.parametrize("path", EVERYDAY)
def test_ordinary_work_never_meets_one(path, company, person, teammate, sign_in, acme):
    answer = sign_in(teammate).get(path)
    text = answer.content.decode()
    assert answer.status_code == 200 and NAME not in text and PERSON not in text and not touches()


def test_counts_leave_them_out(company, teammate, api, acme):
    assert api(teammate).get("customers", {"count": "true"}).json()["count"] == 1
    assert Customer.objects.for_actor(actor_for(teammate)).count() == 1 and not touches()


def test_they_are_nobodys_duplicates_and_no_import_finds_them(company, teammate):
    values = {"email": company.email, "domain": company.domain, "phone": company.phone}
    assert possible_duplicates(actor_for(teammate), Customer, values) == [] and not touches()


def test_an_act_on_all_that_match_does_not_meet_one(company, acme, superadmin, sign_in):
    form = {"action": "archive", "all_matching": "1", "query": "search=.example"}
    Customer.objects.filter(pk=acme.pk).update(search_text="acme.example")
    sign_in(superadmin).post("/customers/bulk/", form)
    company.refresh_from_db()
    acme.refresh_from_db()
    assert acme.archived_at and not company.archived_at and not touches()


def test_the_queryset_tells_in_whichever_way_it_is_read(company, person, teammate):
    actor = actor_for(teammate)
    ways = (
        lambda rows: list(rows),
        lambda rows: rows.get(),
        lambda rows: rows.first(),
        lambda rows: rows[0],
        lambda rows: list(rows.iterator(chunk_size=10)),
        lambda rows: list(rows.values_list("name", flat=True)),
        lambda rows: list(rows.values("name")[:1]),
        lambda rows: list(rows.only("name")),
        lambda rows: list(rows.values_list("name").iterator()),
        lambda rows: list(rows.select_related("team").order_by("name")[:5]),
        lambda rows: rows.announce_all(),
    )
    for number, read in enumerate(ways, 1):
        read(rows_of(actor))
        assert len(touches()) == number, number


def rows_of(actor: Any) -> Any:
    return Customer.objects.with_canaries(actor, via="export")


def test_counting_hands_nothing_out(company, teammate):
    rows = rows_of(actor_for(teammate))
    assert rows.count() == 1 and rows.exists() and not touches()


def test_reading_records_that_are_none_costs_no_query_more(acme, teammate):
    with counted_queries() as queries:
        list(rows_of(actor_for(teammate)))
        list(rows_of(actor_for(teammate)).iterator())
    assert queries.count == 2 + actor_cost(teammate) and not touches()


def actor_cost(person: Any) -> int:
    with counted_queries() as queries:
        actor_for(person)
        actor_for(person)
    return queries.count


@pytest.mark.once
def test_walking_every_page_and_list_as_every_role_raises_no_alarm(
    company, person, make_user, north, sign_in, settings
):
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
    plain = [one for one in without_decoys() if not one.parameters and "GET" in one.methods]
    for role in ("superadmin", "sales_manager", "support", "auditor", "read_only"):
        client = sign_in(make_user(f"{role}@north.example", role, (north,)))
        for address in plain:
            shown = client.get(address.url()).getvalue().decode(errors="replace")
            assert NAME not in shown or re.search("security/canaries|audit", address.route)
    assert not touches()


def test_the_trail_of_the_record_does_not_tell_what_it_is(company, superadmin, sign_in):
    assert not AuditEvent.objects.filter(object_id=str(company.pk)).exists()
    event = AuditEvent.objects.filter(action="canaries.planted").earliest("at")
    assert json.loads(event.changes)["record"] == [None, f"customer:{company.pk}"]
    page = sign_in(superadmin).get(reverse("customers:timeline", args=[company.pk])).content.decode()
    assert "plant" not in page.lower()


def test_a_touch_is_an_alert(company, teammate, sign_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(teammate).get(f"/customers/{company.pk}/")
    alert = Alert.objects.get(rule__name="canary_touched")
    assert (alert.severity, alert.person_id) == ("critical", teammate.pk)
