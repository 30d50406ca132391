"""Scopes in words, for the pages that ask about them."""

from collections.abc import Iterable

from crm.core.actor import Actor
from crm.core.permissions import ACTIONS, PERMISSIONS

RESOURCE_WORDS = {"apikeys": "API keys", "clients": "OAuth clients", "audit": "Audit trail", "emails": "E-mails"}
ACTION_WORDS = {
    "read": "see",
    "write": "create and change",
    "delete": "delete",
    "export": "export",
    "merge": "merge",
    "assign": "hand over",
    "convert": "convert",
    "verify": "verify",
    "manage": "manage",
    "propose": "propose",
}


def requested(scope: str | None) -> list[str]:
    """The scopes of a request in the order given, each once."""
    return list(dict.fromkeys((scope or "").split()))


def is_vocabulary(scopes: Iterable[str]) -> bool:
    return PERMISSIONS.issuperset(scopes)


def in_words(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """[("Customers", "see, create and change"), …] in the order of the vocabulary."""
    wanted = set(scopes)
    groups = []
    for resource, actions in ACTIONS.items():
        words = [ACTION_WORDS[action] for action in actions if f"{resource}:{action}" in wanted]
        if words:
            groups.append((RESOURCE_WORDS.get(resource, resource.capitalize()), ", ".join(words)))
    return groups


def grouped(actor: Actor, besides: Iterable[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """[("Customers", [("customers:read", "See"), …]), …]: what the actor has, and `besides` what is there already."""
    offered = {scope for scope in PERMISSIONS if actor.may(scope)}.union(besides)
    groups = []
    for resource, actions in ACTIONS.items():
        named = [(f"{resource}:{action}", ACTION_WORDS[action].capitalize()) for action in actions]
        choices = [(scope, words) for scope, words in named if scope in offered]
        if choices:
            groups.append((RESOURCE_WORDS.get(resource, resource.capitalize()), choices))
    return groups
