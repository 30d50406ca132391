"""An administrator adds a field in a page or by API, and it is there at every door, without a deploy."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditlog.models import AuditEvent
from crm.core.custom_fields.definitions import definitions_of, remembered
from crm.core.errors import Conflict, Forbidden, Invalid
from customers import services
from customers.models import Customer, CustomField

pytestmark = pytest.mark.django_db

CHOICES = [{"key": "gold", "label": "Gold", "tone": 6}, {"key": "iron", "label": "Iron"}]
TYPES = {
    "text": {},
    "number": {},
    "money": {"currency": "EUR"},
    "date": {},
    "choice": {"choices": CHOICES},
    "multi_choice": {"choices": CHOICES},
    "boolean": {},
    "link": {},
    "user": {},
    "record": {"target": "customer"},
}


@pytest.fixture
def admin(superadmin, as_actor):
    return as_actor(superadmin)


@pytest.fixture
def define(admin):
    def make(type="text", label="Contract", holder="customer", **more):
        return services.custom_field_create(admin, type=type, label=label, holder=holder, **{**TYPES[type], **more})

    return make


@pytest.fixture
def every_type(define):
    return {type: define(type, label=f"My {type}") for type in TYPES}


def values_of(other, person):
    return {
        "my_text": "NB-7",
        "my_number": 12.5,
        "my_money": 1999.99,
        "my_date": "2026-12-31",
        "my_choice": "gold",
        "my_multi_choice": ["gold", "iron"],
        "my_boolean": False,
        "my_link": "https://vouch.example/a",
        "my_user": str(person.pk),
        "my_record": str(other.pk),
    }


def test_an_administrator_defines_a_field_by_api_and_records_take_it_at_once(api, superadmin, owner, acme):
    body = {"holder": "customer", "label": "Contract number", "type": "text"}
    answer = api(superadmin).post("custom-fields", body)
    assert (answer.status_code, answer.json()["key"]) == (201, "contract_number")
    changed = api(owner).patch(f"customers/{acme.pk}", {"custom_fields": {"contract_number": "NB-7"}})
    assert changed.json()["custom_fields"] == {"contract_number": "NB-7"}


def test_whoever_works_with_records_reads_definitions_and_only_administrators_change_them(api, owner, outsider, define):
    field = define()
    assert api(outsider).get("custom-fields").json()["results"][0]["key"] == "contract"
    assert api(owner).post("custom-fields", {"holder": "customer", "label": "X", "type": "text"}).status_code == 403
    assert api(owner).patch(f"custom-fields/{field.pk}", {"label": "X"}).status_code == 403
    assert CustomField.objects.get().label == "Contract"


def test_every_type_goes_in_and_comes_out_by_api(api, owner, acme, make_user, north, every_type):
    other = Customer.objects.create(name="Other", team=north)
    given = values_of(other, owner)
    answer = api(owner).patch(f"customers/{acme.pk}", {"custom_fields": given})
    assert (answer.status_code, answer.json()["custom_fields"]) == (200, given)
    assert api(owner).get(f"customers/{acme.pk}").json()["custom_fields"] == given


WRONG = [
    ("text", 7, "invalid"),
    ("text", "a\x07b", "control_character"),
    ("text", "x" * 256, "max_length"),
    ("number", "twelve", "invalid_number"),
    ("number", True, "invalid_number"),
    ("number", "NaN", "invalid_number"),
    ("number", "1234567890123456", "too_many_digits"),
    ("number", "0.1234567", "too_many_decimals"),
    ("money", "1.999", "too_many_decimals"),
    ("date", "31.12.2026", "invalid_date"),
    ("date", "2026-02-30", "invalid_date"),
    ("choice", "silver", "unknown_choice"),
    ("multi_choice", "gold", "invalid"),
    ("multi_choice", ["gold", "silver"], "unknown_choice"),
    ("boolean", "yes", "invalid"),
    ("link", "javascript:alert(1)", "invalid"),
    ("user", "nobody", "unknown_reference"),
    ("user", "00000000-0000-7000-8000-000000000000", "unknown_reference"),
    ("record", "00000000-0000-7000-8000-000000000000", "unknown_reference"),
    ("record", {"a": 1}, "unknown_reference"),
]


@pytest.mark.parametrize(("type", "value", "code"), WRONG)
def test_what_does_not_fit_is_refused_with_a_code_and_nothing_is_written(api, owner, acme, define, type, value, code):
    define(type)
    answer = api(owner).patch(f"customers/{acme.pk}", {"name": "Changed", "custom_fields": {"contract": value}})
    detail = answer.json()["error"]["details"][0]
    assert (answer.status_code, detail["field"], detail["code"]) == (422, "custom_fields.contract", code)
    acme.refresh_from_db()
    assert (acme.name, acme.custom_fields) == ("Acme", {})


def test_unknown_keys_are_refused(api, owner, acme):
    answer = api(owner).patch(f"customers/{acme.pk}", {"custom_fields": {"shoe_size": 46}})
    assert answer.json()["error"]["details"][0]["code"] == "unknown_field"


def test_a_reference_must_be_visible_and_of_the_same_team(api, owner, acme, south, define):
    define("record")
    elsewhere = Customer.objects.create(name="Elsewhere", team=south)
    answer = api(owner).patch(f"customers/{acme.pk}", {"custom_fields": {"contract": str(elsewhere.pk)}})
    assert answer.json()["error"]["details"][0]["code"] == "unknown_reference"


def test_what_is_not_mentioned_stays_and_null_empties(api, owner, acme, define):
    define(label="One"), define(label="Two")
    client = api(owner)
    client.patch(f"customers/{acme.pk}", {"custom_fields": {"one": "a", "two": "b"}})
    client.patch(f"customers/{acme.pk}", {"custom_fields": {"one": "c"}})
    assert client.get(f"customers/{acme.pk}").json()["custom_fields"] == {"one": "c", "two": "b"}
    client.patch(f"customers/{acme.pk}", {"custom_fields": {"one": None}})
    assert client.get(f"customers/{acme.pk}").json()["custom_fields"] == {"two": "b"}


def test_a_required_field_is_asked_for_on_creation_and_cannot_be_emptied(api, owner, acme, define):
    define(required=True)
    client = api(owner)
    for body in ({"name": "New"}, {"name": "New", "custom_fields": {"contract": ""}}):
        answer = client.post("customers", body)
        assert answer.json()["error"]["details"] == [
            {"field": "custom_fields.contract", "code": "required", "message": "This field is required."}
        ]
    assert client.patch(f"customers/{acme.pk}", {"name": "Still lacking it"}).status_code == 200
    assert client.patch(f"customers/{acme.pk}", {"custom_fields": {"contract": None}}).status_code == 422
    assert client.post("customers", {"name": "New", "custom_fields": {"contract": "A"}}).status_code == 201


def test_a_default_fills_what_a_new_record_leaves_out(api, owner, define):
    define("number", default="3")
    client = api(owner)
    assert client.post("customers", {"name": "New"}).json()["custom_fields"] == {"contract": 3}
    emptied = client.post("customers", {"name": "New", "custom_fields": {"contract": None}})
    assert emptied.json()["custom_fields"] == {}


def test_each_change_is_in_the_trail_by_the_name_of_the_field(owner, as_actor, acme, define):
    define()
    services.customer_update(as_actor(owner), acme.pk, custom_fields={"contract": "A"})
    services.customer_update(as_actor(owner), acme.pk, custom_fields={"contract": "B"})
    changes = list(
        AuditEvent.objects.filter(action="customers.updated").order_by("at").values_list("changes", flat=True)
    )
    assert changes == ['{"custom_fields.contract":[null,"A"]}', '{"custom_fields.contract":["A","B"]}']
    new = services.customer_create(as_actor(owner), name="New", custom_fields={"contract": "C"})
    created = AuditEvent.objects.get(action="customers.created", object_id=str(new.pk))
    assert '"custom_fields.contract":[null,"C"]' in created.changes


def test_a_value_that_did_not_change_leaves_no_event_and_no_version(owner, as_actor, acme, define):
    define()
    services.customer_update(as_actor(owner), acme.pk, custom_fields={"contract": "A"})
    again = services.customer_update(as_actor(owner), acme.pk, custom_fields={"contract": "A"})
    assert again.version == 2 and AuditEvent.objects.filter(action="customers.updated").count() == 1


class TestArchivingAndDeleting:
    @pytest.fixture
    def field(self, define, owner, as_actor, acme):
        field = define()
        services.customer_update(as_actor(owner), acme.pk, custom_fields={"contract": "A"})
        return field

    def test_an_archived_field_is_shown_and_taken_nowhere_and_comes_back_with_its_values(
        self, api, admin, owner, acme, field
    ):
        client = api(owner)
        services.custom_field_archive(admin, field.pk)
        assert client.get(f"customers/{acme.pk}").json()["custom_fields"] == {}
        refused = client.patch(f"customers/{acme.pk}", {"custom_fields": {"contract": "B"}})
        assert refused.json()["error"]["details"][0]["code"] == "archived_field"
        services.custom_field_restore(admin, field.pk)
        assert client.get(f"customers/{acme.pk}").json()["custom_fields"] == {"contract": "A"}

    def test_a_field_with_values_cannot_be_deleted(self, admin, acme, field):
        services.custom_field_archive(admin, field.pk)
        with pytest.raises(Conflict) as refusal:
            services.custom_field_delete(admin, field.pk)
        assert refusal.value.code == "field_in_use"
        acme.refresh_from_db()
        assert acme.custom_fields == {"contract": "A"} and CustomField.objects.exists()

    def test_a_field_without_values_can(self, admin, define):
        services.custom_field_delete(admin, define(label="Unused").pk)
        assert not CustomField.objects.filter(key="unused").exists()

    def test_a_choice_left_out_is_retired_and_stays_with_its_records(self, api, admin, owner, acme, define):
        field = define("choice", label="Grade")
        client = api(owner)
        client.patch(f"customers/{acme.pk}", {"custom_fields": {"grade": "iron"}})
        services.custom_field_update(admin, field.pk, choices=CHOICES[:1])
        field.refresh_from_db()
        assert [(one["key"], one["retired"]) for one in field.choices] == [("gold", False), ("iron", True)]
        kept = client.patch(f"customers/{acme.pk}", {"name": "Acme 2", "custom_fields": {"grade": "iron"}})
        assert kept.json()["custom_fields"]["grade"] == "iron"
        other = client.post("customers", {"name": "Other", "custom_fields": {"grade": "iron"}})
        assert other.json()["error"]["details"][0]["code"] == "unknown_choice"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"key": "Großes Maß"}, "invalid_key"),
        ({"key": "gte"}, "reserved_key"),
        ({"label": "日本"}, "required"),
        ({"type": "choice", "choices": []}, "required"),
        ({"type": "choice", "choices": [CHOICES[0], CHOICES[0]]}, "repeated"),
        ({"type": "money", "currency": "XQX"}, "invalid_currency"),
        ({"type": "record"}, "required"),
        ({"type": "number", "default": "many"}, "invalid_number"),
        ({"type": "shoe"}, "invalid_choice"),
        ({"required": True, "sensitive": "billing"}, "sensitive_required"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(admin, values, code):
    with pytest.raises(Invalid) as refusal:
        services.custom_field_create(admin, **{"holder": "customer", "label": "Field", "type": "text", **values})
    assert refusal.value.details[0]["code"] == code and not CustomField.objects.exists()


def test_what_says_where_values_are_and_how_to_read_them_never_changes(admin, define):
    field = define()
    for name, value in {"key": "other", "type": "number", "holder": "lead", "target": "deal"}.items():
        with pytest.raises(Invalid) as refusal:
            services.custom_field_update(admin, field.pk, **{name: value})
        assert refusal.value.details[0]["code"] == "unchangeable"


def test_a_key_is_taken_also_by_an_archived_field(admin, define):
    services.custom_field_archive(admin, define().pk)
    with pytest.raises(Conflict) as refusal:
        define()
    assert refusal.value.code == "already_exists"
    assert define(holder="lead").key == "contract"


class TestSensitive:
    @pytest.fixture
    def rate(self, define, admin, acme):
        define("number", label="Rate", sensitive="billing", in_lists=True)
        services.customer_update(admin, acme.pk, custom_fields={"rate": 777.25})

    @pytest.fixture
    def marketer(self, make_user, north):
        return make_user("m@north.example", "marketing", (north,))

    def test_who_lacks_the_right_sees_the_value_at_no_door(self, api, sign_in, owner, marketer, acme, rate):
        body = api(marketer).get(f"customers/{acme.pk}").json()
        assert body["custom_fields"] == {} and "custom_fields.rate" in body["hidden_fields"]
        for path in (f"/customers/{acme.pk}/", "/customers/", f"/api/v1/customers/{acme.pk}/timeline"):
            assert "777.25" not in sign_in(marketer).get(path).content.decode(), path
        assert api(owner).get(f"customers/{acme.pk}").json()["custom_fields"] == {"rate": 777.25}

    def test_nor_can_it_be_guessed_by_filter_or_order_or_search(self, api, owner, marketer, acme, rate):
        assert api(marketer).get("customers?custom_fields.rate=777.25").status_code == 403
        assert api(marketer).get("customers?custom_fields.rate__gte=1").status_code == 403
        assert api(owner).get("customers?ordering=custom_fields.rate").status_code == 400
        assert api(marketer).get("customers?search=777.25").json()["results"] == []

    def test_who_lacks_the_right_cannot_set_it(self, as_actor, owner, acme, rate):
        with pytest.raises(Forbidden) as refusal:
            services.customer_update(as_actor(owner), acme.pk, custom_fields={"rate": 1})
        assert refusal.value.code == "field_forbidden"
        with pytest.raises(Forbidden):
            services.customer_create(as_actor(owner), name="New", custom_fields={"rate": 1})

    def test_its_change_is_marked_in_the_trail(self, api, make_user, north, acme, rate):
        grants = {"audit:read": "team", "customers:read": "team"}
        reader = make_user("r@north.example", "read_only", (north,))
        reader.role.grants = {**reader.role.grants, **grants}
        reader.role.save()
        text = api(reader).get("audit/events?object_type=customer").content.decode()
        assert "custom_fields.rate" in text and "777.25" not in text


class TestFilters:
    @pytest.fixture
    def filled(self, owner, as_actor, north, every_type):
        actor, made = as_actor(owner), {}
        for name, number in (("Ten", 10), ("Two", 2), ("Thirty", 30)):
            values = {**values_of(Customer.objects.create(name=f"Of {name}", team=north), owner), "my_number": number}
            values |= {"my_date": date(2026, 1, number), "my_text": name, "my_boolean": number > 5}
            values |= {"my_money": number / 2, "my_multi_choice": ["gold"] if number > 5 else ["iron"]}
            values |= {"my_choice": "gold" if number > 5 else "iron"}
            made[name] = services.customer_create(actor, name=name, custom_fields=values)
        return made

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("my_text=Two", ["Two"]),
            ("my_number=10", ["Ten"]),
            ("my_number__gte=10", ["Ten", "Thirty"]),
            ("my_number__lt=10", ["Two"]),
            ("my_number__gte=2&custom_fields.my_number__lt=11", ["Ten", "Two"]),
            ("my_money__gte=5", ["Ten", "Thirty"]),
            ("my_date__lt=2026-01-10", ["Two"]),
            ("my_date=2026-01-30", ["Thirty"]),
            ("my_choice=iron", ["Two"]),
            ("my_multi_choice=gold", ["Ten", "Thirty"]),
            ("my_boolean=false", ["Two"]),
            ("my_number__isnull=false", ["Ten", "Thirty", "Two"]),
            ("my_number__isnull=true", ["Of Ten", "Of Thirty", "Of Two"]),
        ],
    )
    def test_a_list_is_narrowed_by_any_type(self, api, sign_in, owner, filled, query, found):
        rows = api(owner).get(f"customers?custom_fields.{query}").json()["results"]
        assert [row["name"] for row in rows] == found
        assert sign_in(owner).get(f"/customers/?custom_fields.{query}").context["count"] == len(found)

    def test_references_are_found_by_id(self, api, owner, filled):
        linked = filled["Two"].custom_fields["my_record"]
        found = api(owner).get(f"customers?custom_fields.my_record={linked}").json()["results"]
        assert [row["name"] for row in found] == ["Two"]
        assert len(api(owner).get(f"customers?custom_fields.my_user={owner.pk}").json()["results"]) == 3

    @pytest.mark.parametrize("query", ["my_number=x", "my_date__lt=soon", "my_choice=tin", "my_boolean=1"])
    def test_a_wrong_value_is_refused(self, api, owner, every_type, query):
        answer = api(owner).get(f"customers?custom_fields.{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")

    def test_an_unknown_field_is_an_unknown_parameter(self, api, owner, every_type):
        assert api(owner).get("customers?custom_fields.shoe=1").json()["error"]["code"] == "unknown_parameter"
        assert api(owner).get("customers?custom_fields.my_text__gte=1").json()["error"]["code"] == "unknown_parameter"

    @pytest.mark.parametrize(
        ("ordering", "names"),
        [
            ("my_number", ["Two", "Ten", "Thirty", "Of Ten", "Of Two", "Of Thirty"]),
            ("-my_number", ["Thirty", "Ten", "Two", "Of Thirty", "Of Two", "Of Ten"]),
            ("my_date", ["Two", "Ten", "Thirty", "Of Ten", "Of Two", "Of Thirty"]),
            ("-my_text", ["Two", "Thirty", "Ten", "Of Thirty", "Of Two", "Of Ten"]),
        ],
    )
    @pytest.mark.parametrize("size", [1, 2, 3, 4])
    def test_a_list_is_walked_in_its_order_both_ways_and_empty_ones_come_last(
        self, api, owner, filled, ordering, names, size
    ):
        client, seen, url = api(owner), [], f"customers?ordering={_signed(ordering)}&page_size={size}"
        while url:
            page = client.get(url).json()
            seen.append([row["name"] for row in page["results"]])
            url = page["next"] and page["next"].partition("/api/v1/")[2]
        assert [name for page_names in seen for name in page_names] == names
        back, url = [seen[-1]], page["previous"]
        while url:
            page = client.get(url.partition("/api/v1/")[2]).json()
            back.insert(0, [row["name"] for row in page["results"]])
            url = page["previous"]
        assert back == seen

    def test_text_is_found_by_any_fragment(self, api, owner, as_actor, filled):
        acme = services.customer_create(as_actor(owner), name="Acme", custom_fields={"my_text": "Kiosk 9-ZX"})
        for query in ("kiosk", "iosk", "9-zx"):
            found = api(owner).get("customers", {"search": query}).json()["results"]
            assert [row["id"] for row in found] == [str(acme.pk)], query
        found = api(owner).get("customers?search=vouch.example").json()["results"]
        assert len(found) == 3


def _signed(name):
    return f"-custom_fields.{name[1:]}" if name.startswith("-") else f"custom_fields.{name}"


class TestPages:
    def test_an_administrator_defines_a_choice_in_the_page_without_a_script(self, sign_in, superadmin):
        client = sign_in(superadmin)
        body = {"holder": "customer", "type": "choice", "label": "Grade", "in_lists": "1"}
        for index, label in enumerate(("Gold", "", "Iron ore")):
            body |= {f"choices-{index}-label": label, f"choices-{index}-tone": "6"}
        answer = client.post("/settings/custom-fields/new/", body)
        assert answer.status_code == 302
        field = CustomField.objects.get()
        assert [(one["key"], one["label"]) for one in field.choices] == [("gold", "Gold"), ("iron_ore", "Iron ore")]
        page = client.get(f"/settings/custom-fields/{field.pk}/edit/").content.decode()
        assert "Iron ore" in page
        assert "Grade" in client.get("/settings/custom-fields/").content.decode()

    def test_a_rep_has_no_such_page(self, sign_in, owner):
        assert sign_in(owner).get("/settings/custom-fields/").status_code == 403

    def test_fields_are_moved_archived_and_deleted(self, sign_in, superadmin, define):
        one, two, client = define(label="One"), define(label="Two"), sign_in(superadmin)
        client.post(f"/settings/custom-fields/{two.pk}/move/", {"to": "up"})
        order = CustomField.objects.order_by("position").values_list("key", flat=True)
        assert list(order) == ["two", "one"]
        client.post(f"/settings/custom-fields/{one.pk}/archive/")
        assert "One" in client.get("/settings/custom-fields/?archived=true").content.decode()
        client.post(f"/settings/custom-fields/{one.pk}/delete/")
        assert list(order.all()) == ["two"]

    def test_forms_ask_for_every_type_and_the_record_shows_them(self, sign_in, owner, acme, north, every_type):
        client, other = sign_in(owner), Customer.objects.create(name="Other company", team=north)
        given = {**values_of(other, owner), "my_boolean": "False"}
        form = {f"custom_fields.{key}": value for key, value in given.items()}
        edit = client.get(f"/customers/{acme.pk}/edit/")
        body = {name: edit.context["form"][name].value() or "" for name in edit.context["form"].fields}
        assert set(form) <= set(body)
        answer = client.post(f"/customers/{acme.pk}/edit/", {**body, "labels": [], **form})
        assert answer.status_code == 302, answer.context["form"].errors
        acme.refresh_from_db()
        assert acme.custom_fields == values_of(other, owner)
        page = client.get(f"/customers/{acme.pk}/").content.decode()
        for text in ("NB-7", "12.5", "1,999.99", "Gold, Iron", "No", "vouch.example/a", "Olive Owner", "Other company"):
            assert text in page, text

    def test_a_form_that_changes_nothing_writes_nothing(self, sign_in, owner, as_actor, acme, north, every_type):
        other = Customer.objects.create(name="Other", team=north)
        services.customer_update(as_actor(owner), acme.pk, custom_fields=values_of(other, owner))
        client = sign_in(owner)
        form = client.get(f"/customers/{acme.pk}/edit/").context["form"]
        body = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
        client.post(f"/customers/{acme.pk}/edit/", {**body, "labels": []})
        assert AuditEvent.objects.filter(action="customers.updated").count() == 1

    def test_each_is_edited_in_its_place(self, sign_in, owner, acme, define):
        define("choice", label="Grade")
        client, url = sign_in(owner), f"/customers/{acme.pk}/fields/custom_fields.grade/"
        assert "Gold" in client.get(url).content.decode()
        saved = client.post(url, {"custom_fields.grade": "gold", "version": acme.version})
        assert saved.status_code == 200 and "Gold" in saved.content.decode()
        acme.refresh_from_db()
        assert acme.custom_fields == {"grade": "gold"}
        assert client.get(f"/customers/{acme.pk}/fields/custom_fields.nothing/").status_code == 404

    def test_a_column_of_the_list_shows_names_at_a_constant_cost(
        self, sign_in, owner, as_actor, north, define, django_assert_max_num_queries
    ):
        define("user", label="Advisor", in_lists=True), define("choice", label="Grade", in_lists=True)
        client = sign_in(owner)
        values = {"advisor": str(owner.pk), "grade": "gold"}
        for index in range(12):
            Customer.objects.create(name=f"C{index}", team=north, custom_fields=values)
        with django_assert_max_num_queries(12):
            page = client.get("/customers/").content.decode()
        assert page.count('<td data-label="Advisor">Olive Owner</td>') == 12
        assert page.count('<span class="label tone-6">Gold</span>') == 12
        assert client.get("/customers/?custom_fields.grade=gold").context["count"] == 12


@pytest.mark.parametrize("holder", ["contact", "lead", "deal"])
def test_every_kind_of_record_has_them(api, sign_in, superadmin, define, anna, lead, holder):
    define(holder=holder, label="Shoe size", type="number", in_lists=True)
    client = api(superadmin)
    body = {"custom_fields": {"shoe_size": 46}} | ({"name": "D"} if holder == "deal" else {"last_name": "D"})
    made = client.post(f"{holder}s", body).json()
    assert made["custom_fields"] == {"shoe_size": 46}
    assert client.get(f"{holder}s?custom_fields.shoe_size=46").json()["results"][0]["id"] == made["id"]
    for path in (f"/{holder}s/{made['id']}/", f"/{holder}s/", f"/{holder}s/{made['id']}/edit/"):
        page = sign_in(superadmin).get(path).content.decode()
        assert "Shoe size" in page and "46" in page, path


def test_definitions_are_read_once_in_a_request(sign_in, owner, acme, every_type):
    client = sign_in(owner)
    for path in (f"/customers/{acme.pk}/", "/customers/", f"/customers/{acme.pk}/edit/", "/api/v1/customers?search=ac"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert sum('"customers_customfield"' in one["sql"] for one in queries) == 1, path


def test_a_field_is_not_remembered_beyond_its_change(define):
    with remembered():
        define()
        assert [one.key for one in definitions_of(Customer)] == ["contract"]
        define(label="Two")
        assert [one.key for one in definitions_of(Customer)] == ["contract", "two"]
