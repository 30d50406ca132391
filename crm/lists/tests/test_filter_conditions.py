"""Filters with and/or groups: what they find, in lists and API alike, and what is refused where."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.core.condition_queries import query_of
from crm.core.conditions import KINDS, LONGEST_FILTER, MOST_CONDITIONS, OPERATORS, filterables, parse
from crm.core.errors import BadRequest, Forbidden
from crm.core.periods import PERIODS, bounds_of
from customers.filters import ContactFilters, CustomerFilters, LeadFilters
from customers.models import Customer, Label, LabelAssignment
from deals.filters import ActivityFilters, DealFilters

pytestmark = pytest.mark.django_db
EVERY = (CustomerFilters, ContactFilters, LeadFilters, DealFilters, ActivityFilters)


def one(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


@pytest.fixture
def company(north, owner, teammate):
    """Four customers, each different in everything that is asked for below."""
    now, own = timezone.now(), {"team": north, "owner": owner}
    rows = [
        Customer(name="Amber", status="active", industry="Energy", employees=10, annual_revenue=100, **own),
        Customer(name="Birch", status="closed", industry="energy", employees=200, rating="hot", **own),
        Customer(name="Cedar", status="active", industry="", email="c@cedar.example", team=north, owner=teammate),
        Customer(name="Dune", status="prospect", industry="Travel", employees=3000, team=north, owner=None),
    ]
    for days, row in zip((0, 10, 100, None), rows, strict=True):
        row.last_activity_at = None if days is None else now - timedelta(days=days)
        row.save()
    label = Label.objects.create(name="Key", **own)
    LabelAssignment.objects.create(label=label, customer=rows[0])
    return {row.name: row for row in rows} | {"label": label}


def found(actor, tree) -> set[str]:
    group = parse(json.dumps(tree), actor, CustomerFilters)
    return {row.name[0] for row in Customer.objects.for_actor(actor).filter(query_of(group, actor, Customer))}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (one("status", "is", "active"), "AC"),
        (one("status", "is_not", "active"), "BD"),
        (one("status", "is_any_of", ["active", "closed"]), "ABC"),
        (one("rating", "is", ""), "ACD"),
        (one("industry", "is", "ENERGY"), "AB"),
        (one("industry", "is_not", "energy"), "CD"),
        (one("industry", "is_empty"), "C"),
        (one("industry", "is_filled"), "ABD"),
        (one("name", "contains", "irc"), "B"),
        (one("employees", "above", 10), "BD"),
        (one("employees", "below", "200"), "A"),
        (one("employees", "between", [10, 200]), "AB"),
        (one("employees", "is_empty"), "C"),
        (one("annual_revenue", "is", "100.00"), "A"),
        (one("owner", "is_me"), "AB"),
        (one("owner", "is_empty"), "D"),
        (one("owner", "is_filled"), "ABC"),
        (one("last_activity_at", "in_last", 30), "AB"),
        (one("last_activity_at", "not_in_last", 30), "CD"),
        (one("last_activity_at", "during", "today"), "A"),
        (one("last_activity_at", "is_empty"), "D"),
        (one("created_at", "in_last", 1), "ABCD"),
        (one("created_at", "after", "2020-01-01"), "ABCD"),
        (one("created_at", "before", "2020-01-01"), ""),
        (one("created_at", "between", ["2020-01-01", "2020-12-31"]), ""),
    ],
    ids=lambda value: f"{value['field']} {value['op']}" if isinstance(value, dict) else "",
)
def test_a_condition_finds(condition, names, company, actor):
    assert found(actor, {"all": [condition]}) == set(names)


def test_labels_and_people_by_their_ids(company, actor, owner, teammate):
    has = one("label", "has", str(company["label"].pk))
    assert found(actor, {"all": [has]}) == {"A"}
    assert found(actor, {"all": [{**has, "op": "has_not"}]}) == set("BCD")
    assert found(actor, {"all": [one("owner", "is", str(teammate.pk))]}) == {"C"}
    assert found(actor, {"all": [one("owner", "is_not", str(owner.pk))]}) == {"C", "D"}
    assert found(actor, {"all": [one("owner", "is_any_of", [str(owner.pk), str(teammate.pk)])]}) == set("ABC")


def test_groups_are_and_and_or(company, actor):
    active, closed, mine = one("status", "is", "active"), one("status", "is", "closed"), one("owner", "is_me")
    assert found(actor, {"any": [active, closed]}) == set("ABC")
    assert found(actor, {"all": [mine, {"any": [active, closed]}]}) == set("AB")
    assert found(actor, {"any": [one("name", "contains", "dune"), {"all": [active, mine]}]}) == set("AD")


def test_the_pages_and_the_api_find_the_same(company, api, sign_in, owner):
    text = json.dumps({"any": [one("status", "is", "closed"), one("employees", "above", 1000)]})
    listed = api(owner).get("customers", {"filter": text, "count": "true"}).json()
    assert [row["name"] for row in listed["results"]] == ["Birch", "Dune"] and listed["count"] == 2
    page = sign_in(owner).get("/customers/", {"filter": text})
    assert [row.name for row in page.context["page"].rows] == ["Birch", "Dune"]
    assert page.context["conditions"] == ["Status is Closed", "Employees is more than 1000"]


def test_a_filter_narrows_and_never_widens(company, api, outsider, teammate):
    every = json.dumps({"any": [one("created_at", "is_filled"), one("created_at", "is_empty")]})
    assert api(outsider).get("customers", {"filter": every}).json()["results"] == []
    assert len(api(teammate).get("customers", {"filter": every}).json()["results"]) == 4


def test_an_act_on_all_that_match_keeps_to_the_filter(company, sign_in, make_user, north):
    manager = make_user("m@north.example", role="sales_manager", teams=(north,))
    query = "filter=" + json.dumps({"all": [one("industry", "is", "energy")]})
    sign_in(manager).post("/customers/bulk/", {"action": "archive", "all_matching": "1", "query": query})
    assert set(Customer.objects.active().values_list("name", flat=True)) == {"Cedar", "Dune"}


DEEP = {"all": [{"any": [{"all": [one("status", "is", "active")]}]}]}
FAULTS = [
    ("{", "filter", "malformed_json"),
    ("[]", "filter", "malformed_filter"),
    ("{}", "filter", "malformed_filter"),
    ('{"all": [], "any": []}', "filter", "malformed_filter"),
    ('{"all": []}', "filter.all", "malformed_filter"),
    ('{"all": "status"}', "filter.all", "malformed_filter"),
    ('{"all": [7]}', "filter.all[0]", "malformed_filter"),
    (json.dumps(DEEP), "filter.all[0].any[0]", "too_deep"),
    (json.dumps({"all": [one("status", "is", "active")] * (MOST_CONDITIONS + 1)}), "filter", "too_many_conditions"),
    (" " * (LONGEST_FILTER + 1), "filter", "too_long"),
    (json.dumps({"all": [one("shoe_size", "is", "44")]}), "filter.all[0].field", "unknown_field"),
    (json.dumps({"all": [one("is_canary", "is", True)]}), "filter.all[0].field", "unknown_field"),
    (json.dumps({"all": [one("owner__password", "is", "x")]}), "filter.all[0].field", "unknown_field"),
    (json.dumps({"all": [{"field": ["status"], "op": "is"}]}), "filter.all[0].field", "unknown_field"),
    (json.dumps({"all": [one("status", "contains", "act")]}), "filter.all[0].op", "unknown_operator"),
    (json.dumps({"all": [{"field": "status", "op": {}}]}), "filter.all[0].op", "unknown_operator"),
    (json.dumps({"all": [one("status", "is", "active") | {"also": 1}]}), "filter.all[0].also", "unknown_field"),
]
VALUES = [
    one("status", "is", "asleep"), one("status", "is"), one("status", "is_any_of", "active"),
    one("status", "is_any_of", ["active"] * 51), one("status", "is", ["active"]), one("employees", "above", "many"),
    one("employees", "above", "NaN"), one("employees", "above", 1e300), one("employees", "above", True),
    one("employees", "between", [1]), one("created_at", "before", "yesterday"), one("created_at", "on", "2026-02-30"),
    one("created_at", "on", "9999-12-31"), one("created_at", "in_last", 0), one("created_at", "in_last", 10**9),
    one("created_at", "in_last", "٣"), one("created_at", "during", "soon"), one("owner", "is", "me"),
    one("owner", "is_me", "x"), one("name", "contains", "ab"), one("name", "is", "a\x00b"),
    one("name", "is", "x" * 201),
    one("label", "has", None), one("owner", "is", 7),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "code"), FAULTS, ids=[f"{code} {at}" for _text, at, code in FAULTS])
def test_a_filter_that_cannot_be_read_is_refused_with_the_place(text, field, code, api, owner):
    answer = api(owner).get("customers", {"filter": text})
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["code"] == "invalid_filter"
    assert (error["details"][0]["field"], error["details"][0]["code"]) == (field, code)


@pytest.mark.parametrize("condition", VALUES, ids=[f"{one['field']} {one['op']} {n}" for n, one in enumerate(VALUES)])
def test_a_value_of_the_wrong_kind_is_refused(condition, actor):
    group = parse(json.dumps({"all": [condition]}), actor, CustomerFilters)
    with pytest.raises(BadRequest) as refusal:
        query_of(group, actor, Customer)
    assert refusal.value.details[0]["code"] == "invalid_value"


def test_what_one_may_not_read_one_may_not_filter_by(make_user, north, as_actor, actor, sign_in):
    marketing = make_user("m@north.example", role="marketing", teams=(north,))
    text = json.dumps({"all": [one("tax_id", "is", "DE123")]})
    parse(text, actor, CustomerFilters)
    with pytest.raises(Forbidden) as refusal:
        parse(text, as_actor(marketing), CustomerFilters)
    assert refusal.value.code == "field_forbidden"
    assert "tax_id" not in filterables(as_actor(marketing), CustomerFilters)
    assert sign_in(marketing).get("/customers/", {"filter": text}).status_code == 403


SAMPLE = {"none": None, "days": 30, "period": "this_quarter"}


def sample(field: Any, op: str, actor: Any) -> Any:
    shape = OPERATORS[op][1]
    if shape in SAMPLE:
        return SAMPLE[shape]
    choices = [str(value) for value, _label in field.choices(actor)] if field.choices else []
    plain = {"number": 5, "date": "2026-01-31", "moment": "2026-01-31", "flag": True, "text": "abc", "searched": "abc"}
    some = (choices or [None])[-1] or plain.get(field.kind, str(actor.id))
    return {"many": [some], "range": [some, some]}.get(shape, some)


@pytest.mark.parametrize("filters", EVERY, ids=lambda filters: filters.__name__)
def test_every_operator_of_every_field_is_understood_by_the_database(filters, actor):
    model = filters.Meta.model
    for field in filterables(actor, filters).values():
        for op in field.operators:
            group = parse(json.dumps({"all": [one(field.name, op, sample(field, op, actor))]}), actor, filters)
            list(model.objects.for_actor(actor).filter(query_of(group, actor, model))[:1])


def test_every_operator_has_words_and_every_kind_has_operators():
    assert {op for ops in KINDS.values() for op in ops} == set(OPERATORS)


@pytest.mark.parametrize(
    ("period", "first", "end"),
    [
        ("today", (2026, 5, 13), (2026, 5, 14)),
        ("this_week", (2026, 5, 11), (2026, 5, 18)),
        ("last_month", (2026, 4, 1), (2026, 5, 1)),
        ("this_quarter", (2026, 4, 1), (2026, 7, 1)),
        ("last_quarter", (2026, 1, 1), (2026, 4, 1)),
        ("next_quarter", (2026, 7, 1), (2026, 10, 1)),
        ("last_year", (2025, 1, 1), (2026, 1, 1)),
    ],
)
def test_periods(period, first, end):
    assert bounds_of(period, date(2026, 5, 13)) == (date(*first), date(*end))


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31)])
def test_a_period_that_says_this_holds_today_and_its_neighbours_touch(today):
    for name in PERIODS:
        first, end = bounds_of(name, today)
        assert first < end
        if name.startswith("this_"):
            unit = name.removeprefix("this_")
            assert first <= today < end
            assert bounds_of(f"last_{unit}", today)[1] == first and bounds_of(f"next_{unit}", today)[0] == end


@pytest.mark.parametrize(("zone", "is_today"), [("Pacific/Kiritimati", True), ("Etc/GMT+12", False)])
def test_days_are_those_of_the_person(zone, is_today, company, actor, monkeypatch):
    """At 23:30 UTC today began 13 hours ago at UTC+14, but less than 12 hours ago at UTC-12."""
    now = datetime(2026, 5, 13, 23, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    Customer.objects.filter(name="Amber").update(last_activity_at=datetime(2026, 5, 13, 11, 0, tzinfo=UTC))
    with timezone.override(zone):
        assert ("A" in found(actor, {"all": [one("last_activity_at", "during", "today")]})) is is_today
