"""Which records an act takes: those somebody ticked, or all that a list shows with its search, filters and view."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict

from crm.bulk.acts import Kind
from crm.bulk.errors import TooManyMatching
from crm.core.actor import Actor
from crm.core.errors import invalid_field
from crm.core.listing import listed, refuse_unknown

MOST = 100_000


def matching(actor: Actor, kind: Kind, filters: Mapping[str, str]) -> Any:
    """What the list would show of what the actor may see; never a canary. Raises BadRequest."""
    params = QueryDict(mutable=True)
    params.update(filters)
    refuse_unknown(params, kind.page.filters.known())
    return listed(kind.model.objects.for_actor(actor), kind.page.filters, params, actor)


def chosen_ids(actor: Actor, kind: Kind, filters: Mapping[str, str] | None, ids: Iterable[Any]) -> list[UUID]:
    """In one order, so that two acts never wait for each other. Raises Invalid, BadRequest, TooManyMatching."""
    if filters is None:
        found = set(_checked(ids))
    else:
        found = set(matching(actor, kind, filters).order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(found) > MOST:
        raise TooManyMatching()
    return sorted(found)


def _checked(ids: Iterable[Any]) -> list[UUID]:
    try:
        found = [UUID(str(one)) for one in ids]
    except ValueError:
        raise invalid_field("ids", "These are no ids of records.", "invalid") from None
    if not found:
        raise invalid_field("ids", "Choose the records first.", "required")
    return found
