"""Which views somebody has of a list, and which one an address opens."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from crm.core.actor import Actor
from crm.core.errors import NotFound
from crm.lists.models import DefaultView, SavedView, Visibility, manages
from crm.lists.state import EVERYTHING, POSITION, ListState, query_of, state_in, state_of

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """`params` are what the list shows, whether the address spelled them out or a view holds them."""

    views: list[Any]
    view: Any
    default: Any
    params: QueryDict
    state: ListState

    @property
    def is_changed(self) -> bool:
        """The list shows something else than what the view holds."""
        return self.view is not None and self.state != state_of(self.view)

    @property
    def tabs(self) -> list[Any]:
        """One's own, what the team pinned, and whichever is open."""
        return [one for one in self.views if one.visibility != Visibility.TEAM or one.is_own or one is self.view]

    @property
    def others(self) -> list[Any]:
        return [one for one in self.views if one not in self.tabs]


def open_list(page: type[Any], actor: Actor, params: QueryDict) -> Opened:
    """Raises NotFound for `?view=` alone that names none of the actor's views."""
    views = views_of(actor, page.model.RESOURCE)
    default = next((one for one in views if one.is_default), None)
    is_bare = set(params) <= POSITION
    named = params.get("view", "")
    view = next((one for one in views if str(one.pk) == named), None)
    if named and named != EVERYTHING and view is None and is_bare:
        raise NotFound()
    if not params:
        view = default
    if view is not None and is_bare:
        spelled = query_of(state_of(view), view=str(view.pk))
        spelled.update({name: str(params[name]) for name in POSITION & set(params) - {"view"}})
        return Opened(views, view, default, spelled, state_of(view))
    return Opened(views, view, default, params, state_in(page, actor, params))


def views_of(actor: Actor, resource: str) -> list[Any]:
    mine = DefaultView.objects.filter(user=actor.id, view=OuterRef("pk"))
    rows = SavedView.objects.for_actor(actor).filter(resource=resource).annotate(is_default=Exists(mine))
    found: list[Any] = list(rows.select_related("owner", "team").order_by("name", "id")[:MOST_SHOWN])
    for view in found:
        view.is_own = view.owner_id == actor.id
        view.may_change = view.is_own or (bool(view.team_id) and manages(actor, resource))
    return found


def params_of_view(actor: Actor, resource: str, pk: UUID | str) -> QueryDict:
    """What a view would show, for those that act on one elsewhere (exports, campaigns). Raises NotFound."""
    found = next((one for one in views_of(actor, resource) if str(one.pk) == str(pk)), None)
    if found is None:
        raise NotFound()
    return query_of(state_of(found))
