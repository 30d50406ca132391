"""Templates: saved from the form of an export, used again, shared with a team; what they lost is said."""

import pytest

from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.lists import services as views
from crm.transfer.export_templates import services
from crm.transfer.export_templates.ordering import order_of, what_is_gone
from crm.transfer.models import ExportTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def exporting(manager, as_actor):
    return as_actor(manager)


@pytest.fixture
def colleague(make_user, north, as_actor):
    return as_actor(make_user("colleague@north.example", role="sales_manager", teams=(north,)))


@pytest.fixture
def stranger(make_user, south, as_actor):
    return as_actor(make_user("stranger@south.example", role="sales_manager", teams=(south,)))


def kept(actor, **more):
    asked = {"name": "Key people", "resource": "contacts", "columns": ["last_name", "email"], **more}
    return services.export_template_create(actor, **asked)


def test_it_orders_what_was_saved_in_the_same_order_of_columns(exporting):
    template = kept(exporting, columns=["email", "id"], filters={"search": "acme"}, format="xlsx")
    assert order_of(exporting, template) == {
        "resource": "contacts", "format": "xlsx", "filters": {"search": "acme"}, "columns": ["email", "id"],
    }  # fmt: skip
    assert AuditEvent.objects.filter(action="export_templates.created").count() == 1


def test_a_template_that_follows_a_view_takes_what_the_view_shows_then(exporting):
    view = views.view_create(exporting, resource="contacts", name="Anna", search="anna")
    template = kept(exporting, view=view.pk)
    views.view_update(exporting, view.pk, search="otto")
    assert order_of(exporting, template)["filters"]["search"] == "otto"


def test_what_vanished_is_said_and_never_left_out(exporting):
    view = views.view_create(exporting, resource="contacts", name="Anna", search="anna")
    template = kept(exporting, view=view.pk)
    views.view_delete(exporting, view.pk)
    ExportTemplate.objects.filter(pk=template.pk).update(columns=["last_name", "shoe_size"])
    template.refresh_from_db()
    assert len(what_is_gone(exporting, template)) == 2
    with pytest.raises(Invalid) as refusal:
        order_of(exporting, template)
    assert [one["code"] for one in refusal.value.details] == ["column_gone", "view_gone"]
    assert "shoe_size" in refusal.value.message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"columns": ["shoe_size"]}, "columns"),
        ({"format": "docx"}, "format"),
        ({"filters": {"shoe": "42"}}, "filters.shoe"),
        ({"resource": "shoes"}, "resource"),
        ({"name": ""}, "name"),
        ({"view": "01890000-0000-7000-8000-000000000000"}, "view"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(exporting, change, field):
    with pytest.raises(Invalid) as refusal:
        kept(exporting, **change)
    assert field in [one["field"] for one in refusal.value.details]
    assert not ExportTemplate.objects.exists()


def test_a_name_is_there_once_for_each_person(exporting, colleague):
    kept(exporting)
    kept(colleague)
    with pytest.raises(Conflict) as refusal:
        kept(exporting, name="KEY people")
    assert refusal.value.code == "already_exists"


def test_it_is_shared_with_teams_of_ones_own_alone(exporting, south):
    with pytest.raises(Invalid):
        kept(exporting, team=south)


def test_who_may_see_and_change_it(exporting, colleague, stranger, superadmin, as_actor, north):
    private, shared = kept(exporting), kept(exporting, name="Shared", team=north)
    reach = {"colleague": (colleague, [shared]), "stranger": (stranger, []), "super": (as_actor(superadmin), [shared])}
    for actor, seen in reach.values():
        assert list(ExportTemplate.objects.for_actor(actor)) == seen
        with pytest.raises((NotFound, Forbidden)):
            services.export_template_update(actor, shared.pk, name="Taken")
        with pytest.raises((NotFound, Forbidden)):
            services.export_template_delete(actor, private.pk)
    assert set(ExportTemplate.objects.for_actor(exporting)) == {private, shared}


def test_a_stale_version_overwrites_nothing(exporting):
    template = services.export_template_update(exporting, kept(exporting).pk, name="Renamed", version=1)
    with pytest.raises(Stale):
        services.export_template_update(exporting, template.pk, name="Again", version=1)
    assert ExportTemplate.objects.get().name == "Renamed"


def test_who_runs_a_shared_one_needs_the_right_themselves(exporting, north, owner, as_actor):
    template = kept(exporting, team=north)
    with pytest.raises(Forbidden):
        order_of(as_actor(owner), template)


def test_pages_save_apply_rename_and_delete_it(manager, sign_in, anna):
    client = sign_in(manager)
    form = {"resource": "contacts", "query": "search=anna", "format": "jsonl", "columns": ["email", "last_name"]}
    asked = client.post("/exports/templates/new/", form)
    assert "search: anna" in asked.content.decode().lower()
    client.post("/exports/templates/create/", {**form, "template_name": "Annas"})
    template = ExportTemplate.objects.get()
    page = client.get(f"/exports/new/?template={template.pk}").content.decode()
    assert page.index('value="email" checked') < page.index('value="last_name" checked')
    assert 'value="search=anna"' in page and 'value="jsonl" checked' in page
    edit = client.post(f"/exports/templates/{template.pk}/edit/", {"name": "All Annas", "version": 1, "team": ""})
    assert edit.status_code == 302 and "All Annas" in client.get("/exports/templates/").content.decode()
    client.post(f"/exports/templates/{template.pk}/delete/")
    assert not ExportTemplate.objects.exists()


def test_a_form_says_what_its_template_lost(manager, sign_in, exporting):
    template = kept(exporting)
    ExportTemplate.objects.filter(pk=template.pk).update(columns=["last_name", "shoe_size"])
    page = sign_in(manager).get(f"/exports/new/?template={template.pk}").content.decode()
    assert "These columns are gone: shoe_size." in page and 'value="last_name" checked' in page


def test_the_same_through_the_api(api, manager):
    client = api(manager)
    made = client.post("export-templates", {"name": "Key", "resource": "contacts", "columns": ["email"]})
    assert made.status_code == 201 and made.json()["format"] == "csv"
    changed = client.patch(f"export-templates/{made.json()['id']}", {"columns": ["id", "email"], "format": "xlsx"})
    assert (changed.json()["columns"], changed.json()["format"]) == (["id", "email"], "xlsx")
    assert client.patch(f"export-templates/{made.json()['id']}", {"columns": ["shoe"]}).status_code == 422
    assert ExportTemplate.objects.get().columns == ["id", "email"]
    assert client.get("export-templates?resource=leads").json()["results"] == []
    assert client.delete(f"export-templates/{made.json()['id']}").status_code == 204
