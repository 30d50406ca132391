"""Several e-mails, phones and addresses of a person, each with a label; the primary ones stay where they were."""

import pytest

from auditlog.models import AuditEvent
from crm.core.errors import Forbidden, Invalid
from customers import services
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db

EMAILS = [{"email": "Anna@Home.example", "label": "home"}]
PHONES = [{"phone": "+49 170 1234567", "label": "private"}]
ADDRESSES = [{"label": "summer", "street": "Strandweg 1", "city": "Kiel", "country": "DE"}]


@pytest.fixture
def filled(actor, anna):
    values = {"further_emails": EMAILS, "further_phones": PHONES, "further_addresses": ADDRESSES}
    return services.contact_update(actor, anna.pk, **values)


def test_they_go_in_and_out_by_api_cleaned_like_the_primary_ones(api, owner, anna):
    body = {"further_emails": EMAILS, "further_phones": PHONES, "further_addresses": ADDRESSES, "email_label": "work"}
    shown = api(owner).patch(f"contacts/{anna.pk}", body).json()
    assert shown["further_emails"] == [{"email": "Anna@home.example", "label": "home"}]
    assert shown["further_phones"] == [{"phone": "+491701234567", "label": "private"}]
    assert shown["further_addresses"][0] == {**ADDRESSES[0], "postal_code": "", "state": ""}
    assert (shown["email"], shown["email_label"]) == ("anna@acme.example", "work")


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"further_emails": [{"email": "nonsense"}]}, "further_emails", "invalid"),
        ({"further_phones": [{"phone": "call me"}]}, "further_phones", "invalid_phone"),
        ({"further_emails": [*EMAILS, *EMAILS]}, "further_emails", "repeated"),
        ({"further_emails": [{"email": "ANNA@acme.example"}]}, "further_emails", "repeated"),
        ({"further_emails": [{"email": "a@b.example", "kind": "x"}]}, "further_emails", "unknown_field"),
        ({"further_emails": "a@b.example"}, "further_emails", "invalid"),
        ({"further_emails": [{"email": f"a{i}@b.example"} for i in range(21)]}, "further_emails", "too_many_rows"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_code(actor, anna, values, field, code):
    with pytest.raises(Invalid) as refusal:
        services.contact_update(actor, anna.pk, **values)
    assert (refusal.value.details[0]["field"], refusal.value.details[0]["code"]) == (field, code)


@pytest.mark.parametrize("query", ["anna@home", "home.exam", "1234567", "170 123", "0170 1234567"])
def test_any_fragment_of_any_of_them_finds_the_person(api, owner, filled, query):
    found = api(owner).get("contacts", {"search": query}).json()["results"]
    assert [row["id"] for row in found] == [str(filled.pk)]


def test_a_change_is_in_the_trail_and_in_the_timeline_in_words(sign_in, owner, filled):
    assert '"further_emails":[[],[{"email":"Anna@home.example"' in AuditEvent.objects.latest("at").changes
    page = sign_in(owner).get(f"/contacts/{filled.pk}/").content.decode()
    for text in ("Anna@home.example", "tel:+491701234567", "Strandweg 1, Kiel, DE", "mailto:Anna@home.example"):
        assert text in page, text


def test_private_phones_and_addresses_take_the_right_of_personal_data(api, sign_in, make_user, north, filled):
    reader = make_user("r@north.example", "read_only", (north,))
    shown = api(reader).get(f"contacts/{filled.pk}").json()
    assert "further_phones" not in shown and shown["further_emails"]
    assert "Strandweg" not in sign_in(reader).get(f"/contacts/{filled.pk}/").content.decode()
    assert api(reader).get("contacts", {"search": "1234567"}).json()["results"] == []


def test_the_form_takes_rows_without_a_script(sign_in, owner, filled):
    client, url = sign_in(owner), f"/contacts/{filled.pk}/edit/"
    form = client.get(url).context["form"]
    body = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    for name in ("further_emails", "further_phones", "further_addresses"):
        body.pop(name)
    rows = {"0-email": "anna@home.example", "0-label": "home", "1-email": "second@home.example", "1-label": ""}
    body |= {f"further_emails-{name}": text for name, text in rows.items()}
    body |= {"further_phones-0-phone": "", "further_phones-0-label": "private"}
    street = {"label": "", "street": "Hauptstr. 1", "postal_code": "", "city": "", "state": "", "country": ""}
    body |= {f"further_addresses-0-{name}": text for name, text in street.items()}
    answer = client.post(url, body)
    assert answer.status_code == 302, answer.context["form"].errors
    filled.refresh_from_db()
    assert [row["email"] for row in filled.further_emails] == ["anna@home.example", "second@home.example"]
    assert filled.further_phones == [] and filled.further_addresses[0]["street"] == "Hauptstr. 1"


def test_a_form_that_changes_no_row_writes_none(sign_in, owner, filled):
    client, url = sign_in(owner), f"/contacts/{filled.pk}/edit/"
    form = client.get(url).context["form"]
    body = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    for name in ("further_emails", "further_phones", "further_addresses"):
        for index, row in enumerate(body.pop(name)):
            body |= {f"{name}-{index}-{column}": text for column, text in row.items()}
    events = AuditEvent.objects.count()
    assert client.post(url, body).status_code == 302 and AuditEvent.objects.count() == events


def test_an_import_keeps_every_address_and_number_with_its_label(actor, north):
    headers = [
        "First Name",
        "Last Name",
        "E-mail 1 - Label",
        "E-mail 1 - Value",
        "E-mail 2 - Label",
        "E-mail 2 - Value",
    ]
    headers += ["Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"]
    row = ["Ida", "Berg", "Work", "ida@berg.example", "Home", "ida@home.example"]
    row += ["Work", "+49 30 1111111", "Other", "+49 30 2222222"]
    options = {"resource": "contacts", "team": north, "source": "google"}
    import_text(actor, as_csv(headers, [row]), **options)
    ida = Contact.objects.get(last_name="Berg")
    assert (ida.email, ida.phone) == ("ida@berg.example", "+49301111111")
    assert ida.further_emails == [{"email": "ida@home.example", "label": "Home"}]
    assert ida.further_phones == [{"phone": "+49302222222", "label": "Other"}]


def test_customers_have_further_addresses(api, owner, acme):
    shown = api(owner).patch(f"customers/{acme.pk}", {"further_addresses": ADDRESSES}).json()
    assert shown["further_addresses"][0]["city"] == "Kiel"
    assert Customer.objects.get(pk=acme.pk).version == 2


def test_a_further_address_warns_of_a_duplicate_like_the_primary_one(sign_in, owner, north, filled):
    body = {"last_name": "Arendt", "email": "anna@home.example", "contact_type": "other", "team": str(north.pk)}
    page = sign_in(owner).post("/contacts/new/", body).content.decode()
    assert str(filled.pk) in page and not Contact.objects.filter(email="anna@home.example").exists()


def test_a_further_one_and_the_primary_change_places_and_back(sign_in, owner, filled):
    client, url = sign_in(owner), f"/contacts/{filled.pk}/primary/email/0/"
    page = client.get(f"/contacts/{filled.pk}/").content.decode()
    assert url in page and "Make Anna@home.example the primary one" in page
    answer = client.post(url, {"version": filled.version}, follow=True)
    filled.refresh_from_db()
    assert (filled.email, filled.email_label) == ("Anna@home.example", "home")
    assert filled.further_emails == [{"email": "anna@acme.example", "label": ""}]
    assert f"undo:{url}?version={filled.version}".removeprefix("undo:") in answer.content.decode()
    client.post(f"{url}?version={filled.version}")
    filled.refresh_from_db()
    assert filled.email == "anna@acme.example" and filled.further_emails[0]["label"] == "home"


@pytest.mark.parametrize("path", ["email/1", "phone/1", "street/0", "last_name/0"])
def test_what_is_not_there_becomes_no_primary_one(sign_in, owner, filled, path):
    assert sign_in(owner).post(f"/contacts/{filled.pk}/primary/{path}/").status_code == 404
    filled.refresh_from_db()
    assert filled.email == "anna@acme.example"


def test_of_a_stale_page_none_is_made_primary_and_where_there_was_none_the_row_is_gone(sign_in, actor, owner, filled):
    assert sign_in(owner).post(f"/contacts/{filled.pk}/primary/phone/0/", {"version": 1}).status_code == 412
    contact = services.contact_make_primary(actor, filled.pk, "phone", 0)
    assert (contact.phone, contact.phone_label, contact.further_phones) == ("+491701234567", "private", [])


def test_who_may_not_write_makes_none_primary(as_actor, make_user, north, filled):
    with pytest.raises(Forbidden):
        services.contact_make_primary(
            as_actor(make_user("r@north.example", "read_only", (north,))), filled.pk, "email", 0
        )
