"""The filter builder: what is pressed, what is typed, and the list it leads to."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict

from crm.core.conditions import filterables
from crm.lists.builder import from_form, from_json
from crm.lists.filter_page import pressed
from customers.filters import CustomerFilters

pytestmark = pytest.mark.django_db
TREE = {
    "all": [
        {"field": "status", "op": "is_any_of", "value": ["active", "closed"]},
        {"field": "last_activity_at", "op": "not_in_last", "value": "30"},
        {"any": [{"field": "owner", "op": "is_me"}, {"field": "employees", "op": "between", "value": ["1", "9"]}]},
    ]
}
FORM = [
    ("match", "all"), ("group-match", "any"),
    ("row", "0"), ("in-0", ""), ("field-0", "status"), ("op-0", "is_any_of"), ("value-0", "active"),
    ("value-0", "closed"),
    ("row", "1"), ("in-1", ""), ("field-1", "last_activity_at"), ("op-1", "not_in_last"), ("value-1", "30"),
    ("row", "2"), ("in-2", "0"), ("field-2", "owner"), ("op-2", "is_me"),
    ("row", "3"), ("in-3", "0"), ("field-3", "employees"), ("op-3", "between"), ("value-3", "1"), ("value-3", "9"),
]  # fmt: skip


def form_of(pairs):
    params = QueryDict(mutable=True)
    for name, value in pairs:
        params.appendlist(name, value)
    return params


@pytest.fixture
def known(actor):
    return filterables(actor, CustomerFilters)


def test_a_form_becomes_a_filter_and_a_filter_the_same_form(known):
    builder = from_form(form_of(FORM), known)
    assert json.loads(builder.as_json()) == TREE
    assert from_json(builder.as_json(), known) == builder


def test_buttons_add_and_remove(known):
    builder = from_form(form_of(FORM), known)
    assert len(pressed(builder, "add").rows) == 5 and pressed(builder, "add").rows[-1].group == ""
    assert pressed(builder, "add-0").rows[-1].group == "0"
    assert pressed(builder, "group").groups == ("any", "any")
    assert [row.field for row in pressed(builder, "remove-1").rows] == ["status", "owner", "employees"]
    for nonsense in ("add-9", "remove-99", "remove-x", "jump"):
        assert len(pressed(builder, nonsense).rows) in (4, 5)


def test_another_field_forgets_what_was_typed_for_the_last(known):
    typed = [("row", "0"), ("field-0", "status"), ("op-0", "contains"), ("was-0", "name:one"), ("value-0", "acme")]
    (row,) = from_form(form_of(typed), known).rows
    assert (row.field, row.op, row.values) == ("status", "is", ())


def test_the_form_leads_to_the_list_and_keeps_what_else_it_shows(sign_in, owner):
    query = form_of([*FORM, ("resource", "customers"), ("query", "search=ac&columns=email&cursor=x"), ("do", "apply")])
    answer = sign_in(owner).get(f"/views/filter/?{query.urlencode()}")
    assert answer.status_code == 302
    params = parse_qs(urlsplit(answer.url).query)
    assert json.loads(params["filter"][0]) == TREE
    assert (params["search"], params["columns"], "cursor" in params) == (["ac"], ["email"], False)
    assert sign_in(owner).get(answer.url).status_code == 200


def test_a_value_that_is_missing_is_asked_for_and_nothing_typed_is_lost(sign_in, owner):
    typed = [
        ("row", "0"), ("field-0", "name"), ("op-0", "contains"), ("value-0", "ab"),
        ("row", "1"), ("field-1", "employees"), ("op-1", "above"), ("value-1", "7"),
    ]  # fmt: skip
    query = form_of([*typed, ("resource", "customers"), ("query", ""), ("do", "apply")])
    answer = sign_in(owner).get(f"/views/filter/?{query.urlencode()}")
    text = answer.content.decode()
    assert answer.status_code == 422 and "3 signs at least" in text
    assert 'value="ab"' in text and 'value="7"' in text


def test_without_conditions_the_filter_is_taken_away(sign_in, owner):
    answer = sign_in(owner).get(
        "/views/filter/", {"resource": "customers", "query": "filter=x&search=y", "do": "apply"}
    )
    assert answer.url == "/customers/?search=y&ordering=name"


def test_htmx_gets_the_fields_alone(sign_in, owner):
    client, query = sign_in(owner), {"resource": "deals", "query": ""}
    assert "<html" in client.get("/views/filter/", query).content.decode()
    fragment = client.get("/views/filter/", query, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<form") and "Overdue" in fragment


def test_a_list_one_may_not_read_has_no_builder(sign_in, make_user, north):
    assert (
        sign_in(make_user("m@north.example", role="marketing", teams=(north,)))
        .get("/views/filter/", {"resource": "secrets"})
        .status_code
        == 422
    )


def test_a_view_keeps_its_filter(keep_view, actor):
    text = json.dumps({"all": [{"field": "status", "op": "is", "value": "active"}]})
    assert keep_view(filters={"filter": text}).filters == {"filter": text}
