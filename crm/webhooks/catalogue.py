"""What can be listened to: kinds of records, their types of event, and patterns such as `customer.*`.

A type is `<kind>.<verb>`. The kind is the model's name, the verb that of the audit event it follows from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from auditlog.writes import event_word
from crm.core.api.serializing import RecordSerializer
from crm.core.custom_fields.definitions import every_definition_of, holds_custom_fields
from customers.models import BillingProfile, Contact, Customer, Document, Label, Lead, Note
from customers.serializers import (
    BillingProfileSerializer,
    ContactSerializer,
    CustomerSerializer,
    DocumentSerializer,
    LabelSerializer,
    LeadSerializer,
    NoteSerializer,
)
from deals.models import Activity, Deal
from deals.serializers import ActivitySerializer, DealSerializer

TEST = "webhook.test"
EVERYTHING = "*"
USUAL = ("created", "updated", "archived", "restored", "deleted")
MERGES = ("merged", "merged_away", "parted", "brought_back")
PERSONAL = ("erased", "redacted")


@dataclass(frozen=True, slots=True)
class Hooked:
    """A kind of record that is told of. `word` is the one in the trail (`customers`), `serializer` the API's form."""

    kind: str
    model: type[Any]
    serializer: type[RecordSerializer]
    verbs: tuple[str, ...] = USUAL

    @property
    def word(self) -> str:
        return event_word(self.model)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(f"{self.kind}.{verb}" for verb in self.verbs)


HOOKED = (
    Hooked("customer", Customer, CustomerSerializer, (*USUAL, "labelled", *MERGES, *PERSONAL)),
    Hooked("contact", Contact, ContactSerializer, (*USUAL, "consent_recorded", *MERGES, *PERSONAL)),
    Hooked("lead", Lead, LeadSerializer, (*USUAL, "converted", "consent_recorded", *MERGES, *PERSONAL)),
    Hooked("deal", Deal, DealSerializer, (*USUAL, "moved", "contacts_changed", "redacted")),
    Hooked(
        "activity", Activity, ActivitySerializer,
        (*USUAL, "completed", "reopened", "attendees_changed", "redacted"),
    ),
    Hooked("note", Note, NoteSerializer, (*USUAL, "redacted")),
    Hooked(
        "document", Document, DocumentSerializer,
        (*USUAL, "version_added", "version_restored", "verified", "rejected", "reopened", "expired", "infected"),
    ),
    Hooked("label", Label, LabelSerializer),
    Hooked("billing_profile", BillingProfile, BillingProfileSerializer),
)  # fmt: skip


@cache
def hooked_by_action() -> dict[str, tuple[Hooked, str]]:
    """`customers.updated` → (customer, `customer.updated`)."""
    return {f"{one.word}.{verb}": (one, f"{one.kind}.{verb}") for one in HOOKED for verb in one.verbs}


@cache
def _plurals() -> dict[str, str]:
    return {one.word: one.kind for one in HOOKED}


def every_type() -> list[str]:
    return [name for one in HOOKED for name in one.types]


def in_singular(pattern: str) -> str:
    """`customers.*`, as the trail says it, means `customer.*`."""
    kind, dot, verb = pattern.partition(".")
    return f"{_plurals().get(kind, kind)}{dot}{verb}"


def types_of(pattern: str) -> list[str]:
    """The types that a pattern stands for; none for what means nothing."""
    wanted = in_singular(pattern)
    if wanted == EVERYTHING:
        return every_type()
    kind, _dot, verb = wanted.partition(".")
    return [name for name in every_type() if name == wanted or (verb == EVERYTHING and name.startswith(f"{kind}."))]


def kinds_of(patterns: Iterable[str]) -> list[Hooked]:
    """The kinds that are named, `*` apart: that is what may be read of everything."""
    named = {in_singular(one).partition(".")[0] for one in patterns}
    return [one for one in HOOKED if one.kind in named]


def fields_of(one: Hooked) -> set[str]:
    """Names that changes of it can have."""
    own = {field.name for field in one.model._meta.get_fields() if not field.auto_created}
    added = every_definition_of(one.model) if holds_custom_fields(one.model) else ()
    return own | {definition.name for definition in added}
