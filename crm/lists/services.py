"""Writes to saved views. Whoever may read a list may keep views of it; sharing one takes the right to write."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from auditlog.services import record, snapshot
from crm.core.actor import Actor
from crm.core.changes import Changes, save_changes
from crm.core.errors import Forbidden, NotFound, Stale, from_validation_error, invalid_field
from crm.lists.checking import ensure_sound
from crm.lists.errors import TooManyViews, ViewNameTaken
from crm.lists.models import DefaultView, SavedView, Visibility

MOST_VIEWS = 100
CHANGEABLE = ("name", "visibility", "team", "filters", "search", "ordering", "columns")


@transaction.atomic
def view_create(actor: Actor, *, resource: str, name: str, **values: Any) -> SavedView:
    """Raises Invalid, Forbidden, Conflict (`too_many_views`, `view_name_taken`)."""
    if actor.id is None or not _may(actor, resource, "read"):
        raise Forbidden("You may not read this list.")
    _ensure_may_keep(actor, resource)
    view = SavedView(resource=resource, owner_id=actor.id, name=name)
    _assign(actor, view, values)
    _ensure_room(view)
    view.save(force_insert=True)
    record(actor, "views.created", view, snapshot(view))
    return view


@transaction.atomic
def view_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> SavedView:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict (`view_name_taken`)."""
    view = _locked(actor, pk, version)
    before = {name: getattr(view, _column(name)) for name in values}
    _assign(actor, view, values)
    after = {name: getattr(view, _column(name)) for name in {**values, "team": None}}
    changes: Changes = {name: (before.get(name), after[name]) for name in values if before[name] != after[name]}
    if changes:
        _ensure_free_name(view)
        save_changes(view, {*changes, "team"})
        record(actor, "views.updated", view, changes)
    return view


@transaction.atomic
def view_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> SavedView:
    """It can be restored for 30 days; nobody's list opens in it any more."""
    view = _locked(actor, pk, version)
    view.deleted_at = timezone.now()
    save_changes(view, {"deleted_at"})
    record(actor, "views.deleted", view)
    return view


@transaction.atomic
def view_restore(actor: Actor, pk: UUID | str) -> SavedView:
    """Takes back a deletion. Raises NotFound for anybody but its author."""
    view = SavedView.objects.select_for_update().filter(pk=pk, owner_id=actor.id, deleted_at__isnull=False).first()
    if view is None or not _may(actor, view.resource, "read"):
        raise NotFound()
    view.deleted_at = None
    _ensure_room(view)
    save_changes(view, {"deleted_at"})
    record(actor, "views.restored", view)
    return view


@transaction.atomic
def view_make_default(actor: Actor, pk: UUID | str) -> SavedView:
    """The list opens in this view from now on, for the actor alone; once more, and it does no longer."""
    view = _visible(actor, pk)
    if DefaultView.objects.filter(user=actor.id, view=view).delete()[0]:
        record(actor, "views.default_cleared", view)
        return view
    DefaultView.objects.update_or_create(user_id=cast(UUID, actor.id), resource=view.resource, defaults={"view": view})
    record(actor, "views.default_set", view)
    return view


def _assign(actor: Actor, view: SavedView, values: dict[str, Any]) -> None:
    """What the actor sets, checked; a private view has no team, a shared one has one of the actor's own."""
    for name, value in values.items():
        if name not in CHANGEABLE:
            raise invalid_field(name, "There is no such field.", "unknown_field")
        setattr(view, name, value)
    if view.visibility == Visibility.PRIVATE:
        view.team = None
    else:
        _ensure_may_share(actor, view)
    _clean(view)
    ensure_sound(actor, view)


def _ensure_may_share(actor: Actor, view: SavedView) -> None:
    view.team_id = view.team_id or actor.home_team_id
    if view.team_id not in actor.team_ids:
        raise invalid_field("team", "Share it with a team of your own.", "unknown_reference")
    if not _may(actor, view.resource, "write"):
        raise Forbidden("Who only reads this list cannot share views of it.", code="may_not_share")


def _clean(view: SavedView) -> None:
    try:
        view.name = view._meta.get_field("name").to_python(view.name)
        view.clean_fields(exclude=["owner", "team"])
    except ValidationError as error:
        raise from_validation_error(error) from None


def _ensure_room(view: SavedView) -> None:
    if _siblings(view).count() >= MOST_VIEWS:
        raise TooManyViews()
    _ensure_free_name(view)


def _ensure_free_name(view: SavedView) -> None:
    if _siblings(view).exclude(pk=view.pk).filter(name__iexact=view.name).exists():
        raise ViewNameTaken()


def _siblings(view: SavedView) -> Any:
    return SavedView.objects.filter(owner_id=view.owner_id, resource=view.resource, deleted_at__isnull=True)


def _locked(actor: Actor, pk: UUID | str, version: int | None) -> SavedView:
    _visible(actor, pk)
    view = _one(lambda: SavedView.objects.for_actor(actor, "write").select_for_update(of=("self",)).get(pk=pk))
    if view is None:
        raise Forbidden("Only its author, or who manages the team's records, may change this view.")
    _ensure_may_keep(actor, view.resource)
    if version is not None and version != view.version:
        raise Stale()
    return view


def _ensure_may_keep(actor: Actor, resource: str) -> None:
    """A person keeps views of what they read; a token or key that was given to read changes nothing."""
    if actor.credential in ("token", "key") and not _may(actor, resource, "write"):
        raise Forbidden(f"Keeping views takes the scope {resource}:write.")


def _visible(actor: Actor, pk: UUID | str) -> SavedView:
    view = _one(lambda: SavedView.objects.for_actor(actor).get(pk=pk))
    if view is None:
        raise NotFound()
    return view


def _one(fetch: Callable[[], SavedView]) -> SavedView | None:
    try:
        return fetch()
    except (SavedView.DoesNotExist, ValidationError, ValueError):
        return None


def _may(actor: Actor, resource: str, action: str) -> bool:
    return resource in dict(SavedView._meta.get_field("resource").choices or ()) and bool(
        actor.may(f"{resource}:{action}")
    )


def _column(name: str) -> str:
    return "team_id" if name == "team" else name
