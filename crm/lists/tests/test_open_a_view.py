"""Lists under a view: what the address says, what is shown, what counts as changed, and that nothing is widened."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.lists.services import view_make_default, view_update
from tests.south import build

pytestmark = pytest.mark.django_db


def names(answer):
    return [row.name for row in answer.context["page"].rows]


def headings(answer):
    return [str(column.label) for column in answer.context["columns"]]


def test_a_view_shows_what_it_holds(keep_view, both_teams, sign_in, owner):
    view = keep_view(columns=["email", "status"], ordering="-created_at")
    answer = sign_in(owner).get(f"/customers/?view={view.pk}")
    assert names(answer) == ["Active Acme"] and headings(answer) == ["Name", "E-mail", "Status"]
    text = answer.content.decode()
    assert re.search(rf'href="/customers/\?view={view.pk}" aria-current="true"', text)
    assert "Unsaved changes" not in text


@pytest.mark.parametrize("filters", [{"status": "active"}, {}, {"archived": "any"}])
def test_a_view_never_widens_what_its_reader_may_see(filters, keep_view, both_teams, sign_in, owner, manager, teammate):
    view = keep_view(visibility="team", filters=filters)
    for reader in (owner, teammate, manager):
        assert "Foreign Foods" not in names(sign_in(reader).get(f"/customers/?view={view.pk}"))


def test_a_view_that_names_another_team_shows_nothing_of_it(keep_view, both_teams, sign_in, teammate, south):
    view = keep_view(visibility="team", filters={"team": str(south.pk)})
    assert names(sign_in(teammate).get(f"/customers/?view={view.pk}")) == []


def test_a_view_of_somebody_elses_team_is_not_there(keep_view, both_teams, sign_in, outsider):
    view, client = keep_view(visibility="pinned"), sign_in(outsider)
    assert client.get(f"/customers/?view={view.pk}").status_code == 404
    assert view.name not in client.get("/customers/").content.decode()


def test_an_address_that_spells_out_a_private_view_still_works_for_others(keep_view, both_teams, sign_in, teammate):
    view = keep_view()
    answer = sign_in(teammate).get(f"/customers/?view={view.pk}&status=active&ordering=name")
    assert names(answer) == ["Active Acme"] and answer.context["view"] is None
    assert view.name not in answer.content.decode()


def test_the_page_says_that_a_view_was_changed(keep_view, both_teams, sign_in, owner):
    view, client = keep_view(), sign_in(owner)
    columns = "columns=status,labels,annual_revenue,owner,last_activity_at"
    changed = ("status=closed&ordering=name", "ordering=name", "status=active&ordering=-name", "columns=email")
    usual = ("", "&status=active&ordering=name", f"&status=active&{columns}")
    for query in changed:
        assert client.get(f"/customers/?view={view.pk}&{query}").context["views"].is_changed, query
    for query in usual:
        assert not client.get(f"/customers/?view={view.pk}{query}").context["views"].is_changed, query


def test_saving_takes_over_what_the_list_shows(keep_view, both_teams, sign_in, owner):
    view, client = keep_view(), sign_in(owner)
    query = f"view={view.pk}&status=closed&ordering=-created_at&columns=email&columns=status&cursor=x"
    answer = client.post(f"/views/{view.pk}/save/", {"query": query})
    assert answer.url == f"/customers/?view={view.pk}"
    view.refresh_from_db()
    assert (view.filters, view.ordering, view.columns) == ({"status": "closed"}, "-created_at", ["email", "status"])
    assert names(client.get(answer.url)) == ["Closed Corp"]


def test_saving_as_keeps_a_new_view(both_teams, sign_in, owner):
    client = sign_in(owner)
    body = {"resource": "customers", "name": "Sleeping", "visibility": "pinned", "query": "status=closed&search=corp"}
    answer = client.post("/views/new/", body)
    assert names(client.get(answer.url)) == ["Closed Corp"]
    assert "Sleeping" in client.get("/customers/").content.decode()


def test_a_name_that_is_taken_keeps_what_was_typed(keep_view, sign_in, owner):
    keep_view()
    body = {"resource": "customers", "name": "Active ones", "visibility": "private", "query": "status=closed"}
    answer = sign_in(owner).post("/views/new/", body)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert 'value="Active ones"' in text and 'value="status=closed"' in text and "already have a view" in text


def test_deleting_offers_an_undo_that_works(keep_view, sign_in, owner):
    view, client = keep_view(), sign_in(owner)
    answer = client.post(f"/views/{view.pk}/delete/", follow=True)
    undo = f"/views/{view.pk}/restore/"
    assert undo in answer.content.decode() and answer.context["view"] is None
    assert view.name in client.post(undo, follow=True).content.decode()


def test_a_list_opens_in_ones_default_view(keep_view, both_teams, sign_in, owner, actor, teammate):
    view = keep_view(visibility="team")
    view_make_default(actor, view.pk)
    client = sign_in(owner)
    assert names(client.get("/customers/")) == ["Active Acme"]
    assert len(names(client.get("/customers/?view=all"))) == 2
    assert len(names(client.get("/customers/?owner=&ordering=name"))) == 2
    assert len(names(sign_in(teammate).get("/customers/"))) == 2
    view_make_default(actor, view.pk)
    assert len(names(client.get("/customers/"))) == 2


def test_the_filter_form_carries_what_it_has_no_field_for(keep_view, both_teams, sign_in, owner):
    view = keep_view(filters={"billing_country": "PT"}, columns=["email"])
    text = sign_in(owner).get(f"/customers/?view={view.pk}").content.decode()
    form = text[text.index("data-autosubmit") : text.index('id="rows"')]
    for name, value in (("view", view.pk), ("billing_country", "PT"), ("columns", "email"), ("ordering", "name")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in form


def test_an_act_on_all_that_match_a_view_meets_just_those(keep_view, both_teams, sign_in, manager, as_actor):
    view = keep_view(as_actor(manager))
    client = sign_in(manager)
    query = client.get(f"/customers/?view={view.pk}").context["request"].GET.urlencode()
    client.post("/customers/bulk/", {"action": "archive", "all_matching": "1", "query": query})
    archived = {word for word, one in both_teams.items() if type(one).objects.get(pk=one.pk).is_archived}
    assert archived == {"active"}


def test_a_column_that_is_gone_does_not_close_the_view(keep_view, both_teams, sign_in, owner):
    view = keep_view()
    view.columns = ["shoe_size", "email"]
    view.save()
    assert headings(sign_in(owner).get(f"/customers/?view={view.pk}")) == ["Name", "E-mail"]


def test_a_hidden_field_is_no_column(both_teams, sign_in, owner, make_user, north):
    reader = make_user("reader@north.example", role="marketing", teams=(north,))
    for user, may_see in ((owner, True), (reader, False)):
        offered = {column.name for column, _shown in sign_in(user).get("/customers/").context["choosable"]}
        assert ("tax_id" in offered) is may_see, user


def test_only_the_columns_that_are_shown_are_joined(both_teams, sign_in, owner):
    with CaptureQueriesContext(connection) as queries:
        sign_in(owner).get("/customers/?columns=email")
    rows = next(one["sql"] for one in queries.captured_queries if '"customers_customer"."legal_name"' in one["sql"])
    assert "JOIN" not in rows


@pytest.mark.parametrize("path", ["/customers/", "/contacts/", "/leads/", "/deals/", "/activities/"])
def test_every_column_of_every_list_can_be_shown(path, sign_in, superadmin, south, owner, as_actor):
    build(south, owner, as_actor(owner))
    client = sign_in(superadmin)
    columns = [column.name for column, _shown in client.get(path).context["choosable"]]
    answer = client.get(path, {"columns": columns})
    assert answer.status_code == 200 and len(answer.context["columns"]) == len(columns) + 1
    assert answer.context["page"].rows


def test_a_shared_view_that_changes_changes_for_everybody(keep_view, both_teams, sign_in, teammate, actor):
    view = keep_view(visibility="pinned")
    view_update(actor, view.pk, filters={"status": "closed"})
    assert names(sign_in(teammate).get(f"/customers/?view={view.pk}")) == ["Closed Corp"]
