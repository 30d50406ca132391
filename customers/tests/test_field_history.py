"""What a field was before, who changed it, when, and where the value came from."""

import pytest

from auditlog.models import AuditEvent
from customers import services
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(api, actor, teammate, as_actor, acme):
    """Renamed twice by hand, then through the API by a teammate."""
    services.customer_update(actor, acme.pk, name="Acme One", industry="Trade")
    services.customer_update(as_actor(teammate), acme.pk, name="Acme Two")
    api(teammate).patch(f"customers/{acme.pk}", {"name": "Acme Three"})
    return acme


def test_each_change_of_one_field_newest_first(api, owner, changed):
    rows = api(owner).get(f"customers/{changed.pk}/history?field=name").json()["results"]
    told = [(row["before"], row["after"], row["actor"], row["door"]) for row in rows]
    assert told == [
        ("Acme Two", "Acme Three", "Tom Teammate", "api"),
        ("Acme One", "Acme Two", "Tom Teammate", "page"),
        ("Acme", "Acme One", "Olive Owner", "page"),
    ]
    assert {row["field"] for row in rows} == {"name"}


def test_without_a_field_all_of_them_with_their_names(api, sign_in, owner, changed):
    rows = api(owner).get(f"customers/{changed.pk}/history").json()["results"]
    assert [row["label"] for row in rows][-2:] == ["Industry", "Name"]
    page = sign_in(owner).get(f"/customers/{changed.pk}/history/?field=name").content.decode()
    for text in ("Acme One", "Acme Three", "Tom Teammate", "API", "By hand"):
        assert text in page, text


def test_a_custom_field_and_further_rows_are_told_in_words(api, superadmin, as_actor, actor, anna):
    choices = [{"label": "Gold star", "key": "gold"}]
    values = {"holder": "contact", "type": "choice", "label": "Grade", "choices": choices}
    services.custom_field_create(as_actor(superadmin), **values)
    services.contact_update(
        actor, anna.pk, custom_fields={"grade": "gold"}, further_emails=[{"email": "a@b.example", "label": "home"}]
    )
    rows = api(superadmin).get(f"contacts/{anna.pk}/history").json()["results"]
    assert {(row["label"], row["became"]) for row in rows} == {
        ("Grade", "Gold star"),
        ("Further e-mails", "a@b.example, home"),
    }
    found = api(superadmin).get(f"contacts/{anna.pk}/history?field=custom_fields.grade").json()["results"]
    assert len(found) == 1


def test_an_import_is_named_with_its_line(api, manager, as_actor, north):
    text = as_csv(["External ID", "Last Name"], [["C-1", "Berg"]])
    import_text(as_actor(manager), text, resource="contacts", team=north)
    again = as_csv(["External ID", "Last Name"], [["X", "Other"], ["C-1", "Bergmann"]])
    import_text(as_actor(manager), again, resource="contacts", team=north, mode="both")
    berg = Contact.objects.get(external_id="C-1")
    rows = api(manager).get(f"contacts/{berg.pk}/history?field=last_name").json()["results"]
    assert [(row["before"], row["after"], row["source"]) for row in rows] == [
        ("Berg", "Bergmann", "export.csv, line 3"),
        (None, "Berg", "export.csv"),
    ]


def test_what_one_may_not_read_has_no_history_for_them(api, sign_in, superadmin, as_actor, make_user, north):
    made = services.customer_create(as_actor(superadmin), name="Acme", team=north, tax_id="DE00000")
    services.customer_update(as_actor(superadmin), made.pk, tax_id="DE77199")
    reader = make_user("m@north.example", "marketing", (north,))
    reader.role.grants = {**reader.role.grants, "audit:read": "team"}
    reader.role.save()
    assert api(reader).get(f"customers/{made.pk}/history?field=tax_id").status_code == 403
    for path in (f"/api/v1/customers/{made.pk}/history", f"/customers/{made.pk}/history/"):
        text = sign_in(reader).get(path).content.decode()
        assert "DE77199" not in text and "Acme" in text


def test_it_takes_the_right_to_the_trail_and_to_the_record(api, sign_in, outsider, make_user, north, changed):
    assert api(outsider).get(f"customers/{changed.pk}/history").status_code == 404
    reader = make_user("r@north.example", "read_only", (north,))
    assert api(reader).get(f"customers/{changed.pk}/history").status_code == 403
    assert "/history/" not in sign_in(reader).get(f"/customers/{changed.pk}/").content.decode()


def test_an_unknown_field_is_refused(api, owner, changed):
    answer = api(owner).get(f"customers/{changed.pk}/history?field=shoe_size")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def test_a_long_history_is_read_on_at_a_constant_cost(api, owner, actor, acme, django_assert_max_num_queries):
    for number in range(60):
        services.customer_update(actor, acme.pk, name=f"Acme {number}")
    client, url, seen = api(owner), f"customers/{acme.pk}/history?field=name", []
    while url:
        with django_assert_max_num_queries(7):
            page = client.get(url).json()
        seen += [row["after"] for row in page["results"]]
        url = page["next"] and page["next"].partition("/api/v1/")[2]
    assert seen == [f"Acme {number}" for number in reversed(range(60))]


def test_the_trail_is_read_by_the_index_of_its_objects(actor, acme):
    found = AuditEvent.objects.filter(object_type="customer", object_id=str(acme.pk), changes__contains='"name":[')
    assert "audit_object_at" in found.order_by("-at", "-id").explain() and Customer.objects.exists()


def test_a_move_of_a_deal_tells_the_stages_by_name(api, superadmin, as_actor, north):
    client = api(superadmin)
    deal = client.post("deals", {"name": "Big", "team": str(north.pk)}).json()
    stages = client.get("stages").json()["results"]
    other = next(one for one in stages if one["id"] != deal["stage"] and one["status"] == "open")
    client.post(f"deals/{deal['id']}/move", {"stage": other["id"]})
    rows = client.get(f"deals/{deal['id']}/history?field=stage").json()["results"]
    assert rows[0]["became"] == other["name"] and rows[0]["source"].startswith("moved")
