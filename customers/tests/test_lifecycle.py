"""A status follows only one that an administrator lets it follow, whichever door it comes through."""

import pytest

from auditlog.models import AuditEvent
from crm.core.errors import Invalid
from customers import services
from customers.models import Customer, Lifecycle
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(acme):
    Customer.objects.filter(pk=acme.pk).update(status="closed")
    return acme


def allow(superadmin, as_actor, holder, **allowed):
    lifecycle = Lifecycle.objects.get(holder=holder)
    return services.lifecycle_update(as_actor(superadmin), lifecycle.pk, allowed=allowed)


def test_a_status_out_of_turn_is_refused_with_what_is_allowed_and_changes_nothing(api, owner, closed):
    answer = api(owner).patch(f"customers/{closed.pk}", {"status": "suspended", "name": "Other"})
    detail = answer.json()["error"]["details"][0]
    assert (answer.status_code, detail["field"], detail["code"]) == (422, "status", "transition_refused")
    assert detail["message"] == "Closed cannot become Suspended. It may become: Prospect, Active."
    closed.refresh_from_db()
    assert (closed.status, closed.name) == ("closed", "Acme") and not AuditEvent.objects.filter(door="api").exists()
    assert api(owner).patch(f"customers/{closed.pk}", {"status": "active"}).status_code == 200


def test_the_form_and_the_edit_in_place_say_so(sign_in, owner, closed):
    url = f"/customers/{closed.pk}/fields/status/"
    answer = sign_in(owner).post(url, {"status": "suspended", "version": closed.version})
    assert answer.status_code == 422 and "It may become: Prospect, Active." in answer.content.decode()


def test_bulk_and_import_are_refused_too(api, owner, as_actor, manager, north, closed):
    operation = {"op": "update", "id": str(closed.pk), "data": {"status": "suspended"}}
    refused = api(owner).post("customers/bulk", {"operations": [operation]}).json()
    assert refused["error"]["details"][0]["code"] == "transition_refused"
    Customer.objects.filter(pk=closed.pk).update(external_id="A-1")
    text = as_csv(["External ID", "Name", "Status"], [["A-1", "Acme", "Suspended"]])
    run = import_text(as_actor(manager), text, resource="customers", team=north, mode="both")
    assert run.rows.get().reasons[0]["code"] == "transition_refused"
    closed.refresh_from_db()
    assert closed.status == "closed"


def test_any_status_may_be_the_first(api, owner):
    assert api(owner).post("customers", {"name": "New", "status": "suspended"}).status_code == 201


def test_leads_have_their_own(superadmin, as_actor, actor, lead):
    allow(superadmin, as_actor, "lead", new=["contacted"])
    with pytest.raises(Invalid) as refusal:
        services.lead_update(actor, lead.pk, status="junk")
    assert refusal.value.details[0]["code"] == "transition_refused"
    assert services.lead_update(actor, lead.pk, status="contacted").status == "contacted"
    with pytest.raises(Invalid) as refusal:
        services.lead_update(actor, lead.pk, status="new")
    assert refusal.value.details[0]["message"].endswith("It may become: nothing.")


def test_an_administrator_ticks_what_may_follow(sign_in, superadmin, owner):
    lifecycle, client = Lifecycle.objects.get(holder="customer"), sign_in(superadmin)
    assert "Closed may become Active" in client.get("/settings/lifecycles/").content.decode()
    body = {"allowed": ["closed>active", "active>closed"], "version": lifecycle.version}
    assert client.post(f"/settings/lifecycles/{lifecycle.pk}/edit/", body).status_code == 302
    lifecycle.refresh_from_db()
    assert {one: to for one, to in lifecycle.allowed.items() if to} == {"closed": ["active"], "active": ["closed"]}
    assert AuditEvent.objects.filter(action="lifecycles.updated").exists()
    assert sign_in(owner).get("/settings/lifecycles/").status_code == 403


@pytest.mark.parametrize("allowed", [{"new": ["won"]}, {"converted": ["new"]}, {"new": "junk"}])
def test_a_graph_of_other_statuses_is_refused(api, superadmin, allowed):
    lifecycle = Lifecycle.objects.get(holder="lead")
    assert api(superadmin).patch(f"lifecycles/{lifecycle.pk}", {"allowed": allowed}).status_code == 422
    assert lifecycle.allowed == Lifecycle.objects.get(pk=lifecycle.pk).allowed
