"""Keeping, sharing and deleting views: who may, what a view may hold, and who sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.lists.models import SavedView
from crm.lists.purging import purge_views
from crm.lists.services import MOST_VIEWS, view_delete, view_make_default, view_restore, view_update

pytestmark = pytest.mark.django_db


def seen(user, as_actor):
    return set(SavedView.objects.for_actor(as_actor(user)).values_list("name", flat=True))


def test_a_private_view_is_its_owners_alone(keep_view, owner, teammate, manager, superadmin, outsider, as_actor):
    keep_view()
    assert seen(owner, as_actor) == {"Active ones"}
    for other in (teammate, manager, superadmin, outsider):
        assert not seen(other, as_actor)


@pytest.mark.parametrize("visibility", ["team", "pinned"])
def test_a_shared_view_is_seen_by_the_team_and_by_nobody_else(
    visibility, keep_view, teammate, outsider, as_actor, north
):
    view = keep_view(visibility=visibility)
    assert view.team == north
    assert seen(teammate, as_actor) == {"Active ones"} and not seen(outsider, as_actor)


def test_a_view_cannot_be_pushed_into_another_team(keep_view, south):
    with pytest.raises(Invalid) as refusal:
        keep_view(visibility="team", team=south)
    assert refusal.value.details[0]["field"] == "team" and not SavedView.objects.exists()


def test_who_only_reads_keeps_views_but_shares_none(keep_view, make_user, north, as_actor):
    reader = as_actor(make_user("reader@north.example", role="read_only", teams=(north,)))
    assert keep_view(reader).visibility == "private"
    with pytest.raises(Forbidden):
        keep_view(reader, name="Ours", visibility="team")


def test_a_list_one_may_not_read_has_no_views(keep_view, actor):
    limited = actor.limited_to(["contacts:read"])
    with pytest.raises(Forbidden):
        keep_view(limited)
    keep_view()
    assert not SavedView.objects.for_actor(limited).exists()


def test_a_token_to_read_keeps_no_view(keep_view, actor):
    view, token = keep_view(), replace(actor.limited_to(["customers:read"]), credential="token")
    with pytest.raises(Forbidden):
        keep_view(token, name="Other")
    with pytest.raises(Forbidden):
        view_delete(token, view.pk)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"filters": {"shoe_size": "44"}}, "filters.shoe_size", "unknown_parameter"),
        ({"filters": {"status": "asleep"}}, "filters.status", "invalid_choice"),
        ({"filters": {"owner": "nobody"}}, "filters.owner", "invalid"),
        ({"filters": {"archived": "perhaps"}}, "filters", "invalid_parameter"),
        ({"filters": {"status": ["active"]}}, "filters", "invalid_filters"),
        ({"filters": {"cursor": "x"}}, "filters.cursor", "unknown_parameter"),
        ({"ordering": "shoe_size"}, "ordering", "invalid_ordering"),
        ({"columns": ["shoe_size"]}, "columns", "unknown_column"),
        ({"columns": ["status", "status"]}, "columns", "invalid_columns"),
        ({"columns": "status"}, "columns", "invalid_columns"),
        ({"name": ""}, "name", "blank"),
        ({"name": "a\x07b"}, "name", "control_character"),
        ({"name": "n" * 61}, "name", "max_length"),
        ({"visibility": "world"}, "visibility", "invalid_choice"),
        ({"resource": "secrets"}, "", ""),
    ],
)
def test_what_a_view_cannot_hold(values, field, code, keep_view):
    with pytest.raises((Invalid, Forbidden)) as refusal:
        keep_view(**values)
    found = [(detail["field"], detail["code"]) for detail in refusal.value.details]
    assert found == ([(field, code)] if field else []) and not SavedView.objects.exists()


def test_a_name_is_used_once_by_one_person_for_one_list(keep_view, teammate, as_actor):
    keep_view()
    with pytest.raises(Conflict) as refusal:
        keep_view(name="ACTIVE ones")
    assert refusal.value.code == "view_name_taken"
    keep_view(as_actor(teammate))
    keep_view(resource="contacts", filters={})


def test_nobody_keeps_views_without_end(keep_view, owner):
    SavedView.objects.bulk_create(
        SavedView(resource="customers", owner=owner, name=f"View {number}") for number in range(MOST_VIEWS)
    )
    with pytest.raises(Conflict) as refusal:
        keep_view()
    assert refusal.value.code == "too_many_views"


def test_a_teams_view_is_changed_by_its_author_and_by_a_manager(keep_view, teammate, manager, as_actor, actor):
    view = keep_view(visibility="team")
    with pytest.raises(Forbidden):
        view_update(as_actor(teammate), view.pk, name="Mine now")
    assert view_update(actor, view.pk, name="Busy ones").name == "Busy ones"
    assert view_update(as_actor(manager), view.pk, name="Best ones").name == "Best ones"


def test_another_teams_view_is_not_there(keep_view, outsider, as_actor):
    view, stranger = keep_view(visibility="team"), as_actor(outsider)
    for act in (view_update, view_delete, view_make_default, view_restore):
        with pytest.raises(NotFound):
            act(stranger, view.pk)


def test_a_view_taken_back_has_no_team(keep_view, actor, teammate, as_actor):
    view = keep_view(visibility="pinned")
    assert view_update(actor, view.pk, visibility="private").team is None
    assert not seen(teammate, as_actor)


def test_a_stale_change_overwrites_nothing(keep_view, actor):
    view = keep_view()
    view_update(actor, view.pk, name="Second", version=1)
    with pytest.raises(Stale):
        view_update(actor, view.pk, name="Third", version=1)
    assert SavedView.objects.get().name == "Second"


def test_a_deleted_view_comes_back_as_it_was(keep_view, actor):
    view = keep_view(columns=["status", "email"], ordering="-created_at", search="ac")
    view_delete(actor, view.pk)
    assert not SavedView.objects.for_actor(actor).exists()
    back = view_restore(actor, view.pk)
    kept = ("name", "filters", "columns", "ordering", "search", "visibility")
    assert [getattr(back, name) for name in kept] == [getattr(view, name) for name in kept]
    with pytest.raises(NotFound):
        view_restore(actor, view.pk)


def test_a_deleted_view_is_forgotten_after_30_days(keep_view, actor):
    view_delete(actor, keep_view().pk)
    keep_view(name="Kept")
    assert purge_views(timezone.now() + timedelta(days=29)) == 0
    assert purge_views(timezone.now() + timedelta(days=31)) == 1
    assert SavedView.objects.get().name == "Kept"


def test_the_trail_tells_what_was_done(keep_view, actor):
    view = keep_view()
    view_update(actor, view.pk, name="Renamed")
    view_delete(actor, view.pk)
    view_restore(actor, view.pk)
    said = AuditEvent.objects.filter(object_id=str(view.pk)).order_by("at", "id").values_list("action", flat=True)
    assert list(said) == ["views.created", "views.updated", "views.deleted", "views.restored"]
