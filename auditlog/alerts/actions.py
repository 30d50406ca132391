"""One-click acts on an alert. What they do lies on other floors: crm.wiring registers them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.functional import Promise

from auditlog.models import Alert
from crm.core.actor import Actor
from crm.core.errors import Forbidden
from crm.core.requests import CrmRequest

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Act:
    """`permission` is what the same act needs elsewhere; `run` calls the same service and answers what was done."""

    name: str
    label: str | Promise
    consequence: str | Promise
    icon: str
    permission: str
    applies: Callable[[Alert], bool]
    run: Callable[[Actor, Alert], str]


@dataclass(frozen=True, slots=True)
class Freshness:
    """That it is the person themselves: `ensure` for the API, `required` around a page."""

    ensure: Callable[[CrmRequest], None]
    required: Callable[[View], View]


_acts: dict[str, Act] = {}
_freshness: list[Freshness] = []


def register_act(act: Act) -> None:
    """Called by crm.wiring only."""
    _acts[act.name] = act


def register_freshness(freshness: Freshness) -> None:
    """Called by crm.wiring only."""
    _freshness[:] = [freshness]


def names() -> list[str]:
    return list(_acts)


def acts_on(actor: Actor, alert: Alert) -> list[Act]:
    """What this actor may do about this alert."""
    found = [act for act in _acts.values() if act.applies(alert) and actor.may(act.permission)]
    return found if found and may_change(actor, alert) else []


def may_change(actor: Actor, alert: Alert) -> bool:
    return bool(Alert.objects.for_actor(actor, "write").filter(pk=alert.pk).exists())


def act_named(name: str) -> Act | None:
    return _acts.get(name)


def ensure_fresh(request: CrmRequest) -> None:
    """Raises Forbidden; also where nothing is registered that could tell."""
    if not _freshness:
        raise Forbidden()
    _freshness[0].ensure(request)


def fresh(view: View) -> View:
    """Around a page that acts: it asks for the password or a factor first, and for more than a session always."""

    def guarded(request: CrmRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _freshness:
            raise Forbidden()
        return _freshness[0].required(view)(request, *args, **kwargs)

    return guarded
