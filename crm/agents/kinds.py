"""The kinds of records that agents read: those of everyday work, by their names in the API.

People, permissions, the audit trail and security are left out, whatever a scope allows.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.urls import resolve, reverse

from crm.core.access import access_of
from crm.core.actor import Actor

SEARCHED = ("customers", "contacts", "leads", "deals", "activities", "notes", "documents")
KINDS = (*SEARCHED, "labels", "pipelines", "stages")
WITH_TIMELINE = ("customers", "contacts", "leads", "deals")
# Any one of these opens the door; what is asked for is then checked by itself.
READS = tuple(f"{kind}:read" for kind in SEARCHED)


def address_of(kind: str, action: str = "list", **values: str) -> str:
    """`list`, `detail` or `timeline`, under /api/v1/."""
    return reverse(f"api:{kind}-{action}", kwargs=values)


def readable(actor: Actor, among: Iterable[str]) -> list[str]:
    """Those whose list the API opens to the actor."""
    declared = {kind: access_of(_view_of(kind)) for kind in among}
    return [kind for kind, access in declared.items() if access and access.allows(actor)]


def filters_of(kind: str) -> list[str]:
    """By name; fields that an administrator added can be filtered by, too (docs/custom-fields.md)."""
    return sorted(_view_of(kind).cls.filterset_class.base_filters)


@cache
def _view_of(kind: str) -> Any:
    return resolve(address_of(kind)).func
