"""One query over every kind of record; apps register their kinds in crm.wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from crm.core.actor import Actor
from crm.core.searching import PHONE_LIKE, SHORTEST_FRAGMENT, fold, fragment_of, matching
from crm.core.sensitive import masked

PER_KIND = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """`detail` is a URL name; `order` an indexed sort key; `about` writes the line beside the title."""

    name: str
    label: str
    model: type[Any]
    detail: str
    order: str
    icon: str = ""
    joins: tuple[str, ...] = ()
    about: Callable[[Any], str] = lambda record: ""


@dataclass(frozen=True, slots=True)
class Hit:
    """`matched` is the field that holds the query and `value` what stands there."""

    id: Any
    url: str
    title: str
    subtitle: str
    icon: str
    matched: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """`more` says that the kind's own list, searched for the same words, shows further records."""

    name: str
    label: str
    items: list[Hit]
    more: bool


_kinds: list[Kind] = []


def register_kind(kind: Kind) -> None:
    _kinds.append(kind)


def search(actor: Actor, query: str, limit: int = PER_KIND) -> list[Group]:
    """Groups with hits among what the actor may read; nothing for less than two characters. One SQL per kind."""
    if len(query.strip()) < SHORTEST_FRAGMENT:
        return []
    groups = (_group(kind, actor, query, limit) for kind in _kinds if actor.may(f"{kind.model.RESOURCE}:read"))
    return [group for group in groups if group.items]


def _group(kind: Kind, actor: Actor, query: str, limit: int) -> Group:
    rows: models.QuerySet[Any] = kind.model.objects.for_actor(actor).active().select_related(*kind.joins)
    found = list(matching(rows, query, actor).order_by(kind.order, "id")[: limit + 1])
    hits = [_hit(kind, masked(actor, record), query) for record in found[:limit]]
    return Group(kind.name, kind.label, hits, len(found) > limit)


def _hit(kind: Kind, record: Any, query: str) -> Hit:
    field, value = matched_field(record, query)
    url = reverse(kind.detail, args=[record.pk])
    return Hit(record.pk, url, str(record), kind.about(record), kind.icon, field, value)


def matched_field(record: Any, query: str) -> tuple[str, str]:
    """The first searched field that holds a word of the query, and its value."""
    words = [fragment_of(query)] if PHONE_LIKE.fullmatch(query.strip()) else fragment_of(query).split()
    for name in record.SEARCH_FIELDS:
        value = str(getattr(record, name) or "")
        if any(word in fold(value) for word in words):
            return name, value
    return "", ""
