"""Scopes in words, for the consent page."""

from collections.abc import Iterable

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


def in_words(scopes: Iterable[str], granted: Iterable[str]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """[("Customers", [("see", True), ("delete", False)])]; False marks what the person's role does not grant."""
    wanted, allowed = set(scopes), set(granted)
    groups = []
    for resource, actions in ACTIONS.items():
        names = [f"{resource}:{action}" for action in actions]
        lines = [(ACTION_WORDS[name.partition(":")[2]], name in allowed) for name in names if name in wanted]
        if lines:
            groups.append((RESOURCE_WORDS.get(resource, resource.capitalize()), lines))
    return groups
