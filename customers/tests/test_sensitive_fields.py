"""Tax ids, birth dates, private addresses and mobile numbers: shown to and set by who has the right, at every door."""

import pytest

from accounts.models import Role
from auditlog.models import AuditEvent
from crm.core.listing import RecordFilters
from crm.core.sensitive import CATEGORIES, masked, sensitive_fields
from customers import services
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db

TAX, MOBILE, STREET = "DE77199", "+491701234567", "Geheimweg 7"


@pytest.fixture
def customer(superadmin, as_actor, north):
    made = services.customer_create(as_actor(superadmin), name="Acme", team=north, tax_id="DE00000")
    return services.customer_update(as_actor(superadmin), made.pk, tax_id=TAX)


@pytest.fixture
def contact(superadmin, as_actor, north, customer):
    personal = {"birthdate": "1990-04-03", "mobile_phone": MOBILE, "street": STREET, "city": "Kiel"}
    values = {"last_name": "Ahlers", "customer": customer, "country": "DE", **personal}
    return services.contact_create(as_actor(superadmin), team=north, **values)


# role → (sees the tax id, sets it, sees personal data, sets it)
ROLES = {
    "superadmin": (True, True, True, True),
    "sales_manager": (True, True, True, True),
    "sales_rep": (True, False, True, True),
    "support": (True, False, True, True),
    "marketing": (False, False, True, True),
    "auditor": (True, False, True, False),
    "read_only": (False, False, False, False),
}


@pytest.fixture
def person(make_user, north):
    return lambda role: make_user(f"{role}@north.example", role, (north,))


@pytest.mark.parametrize(("role", "rights"), ROLES.items(), ids=list(ROLES))
def test_api_and_pages_show_what_the_role_may_see(api, sign_in, person, customer, contact, role, rights):
    user = person(role)
    shown = {
        f"customers/{customer.pk}": (TAX, rights[0]),
        "customers": (TAX, rights[0]),
        f"contacts/{contact.pk}": (STREET, rights[2]),
        f"contacts/{contact.pk}?expand=customer": (TAX, rights[0]),
        "contacts?expand=customer": (TAX, rights[0]),
        "contacts": ("1990-04-03", rights[2]),
    }
    texts = {path: api(user).get(path).content.decode() for path in shown}
    assert {path: secret in texts[path] for path, (secret, _) in shown.items()} == {
        path: expected for path, (_, expected) in shown.items()
    }
    pages = {f"/customers/{customer.pk}/": (TAX, rights[0]), f"/contacts/{contact.pk}/": (STREET, rights[2])}
    pages |= {"/contacts/": ("170 1234567", rights[2])}
    client = sign_in(user)
    assert {url: secret in client.get(url).content.decode() for url, (secret, _) in pages.items()} == {
        url: expected for url, (_, expected) in pages.items()
    }


def test_what_is_hidden_is_absent_and_named(api, person, customer, contact):
    reader = api(person("read_only"))
    body = reader.get(f"customers/{customer.pk}").json()
    assert "tax_id" not in body and body["hidden_fields"] == ["tax_id"]
    assert reader.get(f"contacts/{contact.pk}").json()["country"] == "DE"
    assert "hidden_fields" not in reader.get(f"customers/{customer.pk}?fields=name,tax_id").json()
    assert api(person("sales_rep")).get(f"customers/{customer.pk}").json()["hidden_fields"] == []


@pytest.mark.parametrize(("role", "rights"), ROLES.items(), ids=list(ROLES))
def test_only_who_may_set_it_does(api, person, customer, role, rights):
    answer = api(person(role)).patch(f"customers/{customer.pk}", {"tax_id": "DE1"})
    customer.refresh_from_db()
    assert (answer.status_code, customer.tax_id) == ((200, "DE1") if rights[1] else (403, TAX))


@pytest.mark.parametrize("role", ["sales_rep", "support"])
def test_what_was_read_can_be_sent_back_with_another_change(api, make_user, north, customer, role):
    me = api(make_user("r@north.example", role, (north,)))
    body = me.get(f"customers/{customer.pk}?fields=name,tax_id,hidden_fields").json()
    answer = me.patch(f"customers/{customer.pk}", {**body, "name": "Acme 2"})
    customer.refresh_from_db()
    assert answer.status_code == 200 and (customer.name, customer.tax_id) == ("Acme 2", TAX)


@pytest.fixture
def blind(make_user, north):
    """May write customers and contacts, and see neither tax ids nor personal data."""
    grants = dict.fromkeys(
        (
            "customers:read",
            "customers:write",
            "contacts:read",
            "audit:read",
            "teams:read",
            "users:read",
            "customers:assign",
        ),
        "team",
    )
    role = Role.objects.create(
        name="blind", label="Blind", grants={**grants, "imports:write": "own", "imports:read": "own"}
    )
    user = make_user("blind@north.example", "read_only", (north,))
    user.role = role
    user.save()
    return user


def test_a_hidden_value_survives_every_write_of_who_cannot_see_it(api, sign_in, blind, customer):
    body = api(blind).get(f"customers/{customer.pk}").json()
    assert (
        api(blind).patch(f"customers/{customer.pk}", {"name": "A", "hidden_fields": body["hidden_fields"]}).status_code
        == 200
    )
    client = sign_in(blind)
    form = {"name": "B", "kind": "organization", "status": "prospect", "customer_type": "customer", "tax_id": "",
            "team": str(customer.team_id), "version": "3"}  # fmt: skip
    assert b"tax_id" not in client.get(f"/customers/{customer.pk}/edit/").content
    assert client.post(f"/customers/{customer.pk}/edit/", form).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.tax_id) == ("B", TAX)


def test_a_hidden_value_cannot_be_guessed(api, blind, customer):
    for guess in (TAX, "DE1", ""):
        answer = api(blind).patch(f"customers/{customer.pk}", {"tax_id": guess})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "field_forbidden")
    assert api(blind).post("customers", {"name": "New", "tax_id": "DE1"}).status_code == 403
    assert api(blind).post("customers", {"name": "New"}).status_code == 201


def test_it_is_not_edited_in_place(sign_in, blind, person, customer):
    url = f"/customers/{customer.pk}/fields/tax_id/"
    assert sign_in(blind).get(url).status_code == 404
    assert sign_in(person("sales_rep")).get(url).status_code == 403
    assert sign_in(person("sales_manager")).get(url).status_code == 200


@pytest.mark.parametrize("query", ["DE77199", "771", "de7"])
def test_a_search_finds_nothing_by_a_hidden_field(api, sign_in, person, blind, customer, query):
    for user, found in ((blind, False), (person("sales_rep"), True)):
        assert bool(api(user).get("customers", {"search": query}).json()["results"]) is found
        assert bool(api(user).get("search", {"q": query}).json()["groups"]) is found
        assert (b"Acme" in sign_in(user).get(f"/customers/options/?q={query}").content) is found


def test_a_search_still_finds_by_what_is_shown(api, blind, customer):
    Customer.objects.filter(pk=customer.pk).update(tax_id="ACME1")
    customer.refresh_from_db()
    customer.save()
    assert api(blind).get("customers", {"search": "acme"}).json()["results"]


def test_the_trail_says_that_it_changed_and_not_to_what(api, sign_in, person, blind, customer):
    event = AuditEvent.objects.get(action="customers.updated")
    for user, seen in ((blind, False), (person("sales_rep"), True)):
        changes = api(user).get(f"audit/events/{event.pk}").json()["changes"]
        assert (changes["tax_id"] == ["DE00000", TAX]) is seen and "tax_id" in changes
        client = sign_in(user)
        for page in (f"/audit/{event.pk}/", f"/customers/{customer.pk}/", f"/customers/{customer.pk}/timeline/"):
            assert (TAX in client.get(page).content.decode()) is seen, page


def test_an_import_leaves_it_out_and_says_so(as_actor, blind, customer):
    text = as_csv(["name", "tax_id", "industry"], [["Acme", "DE2", "Steel"], ["Newco", "DE3", "Glass"]])
    run = import_text(as_actor(blind), text, resource="customers", prepare={"mode": "both"})
    assert (run.created_count, run.updated_count, run.failed_count) == (1, 1, 0)
    customer.refresh_from_db()
    assert (customer.industry, customer.tax_id) == ("Steel", TAX) and Customer.objects.get(name="Newco").tax_id == ""
    assert {row.reasons[0]["code"] for row in run.rows.all()} == {"field_forbidden"}


def test_a_masked_record_refuses_to_be_saved(as_actor, blind, customer):
    shown = masked(as_actor(blind), Customer.objects.get(pk=customer.pk))
    assert shown.tax_id == ""
    with pytest.raises(RuntimeError):
        shown.save()


def test_no_list_is_filtered_or_sorted_by_a_sensitive_field():
    """That would tell what is hidden."""
    for filters in RecordFilters.__subclasses__():
        fields = {name.split("__")[0].removeprefix("-") for name in (*filters.base_filters, *filters.orderings())}
        assert not fields & sensitive_fields(filters.Meta.model), filters


def test_every_sensitive_field_and_category_exists():
    for model in (Customer, Contact):
        assert set(model.SENSITIVE) <= set(CATEGORIES)
        assert all(model._meta.get_field(name) for name in sensitive_fields(model))
