"""The four kinds of record that are a person, and how one person is found in all of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from crm.core.actor import Actor
from crm.core.canaries import MayBeCanary
from crm.core.errors import NotFound
from crm.core.permissions import Reach
from crm.core.searching import Searchable, matching
from crm.privacy.identifiers import Identifiers
from customers.models import Contact, Customer, Lead
from customers.models.choices import CustomerKind

Subject = Contact | Customer | Lead | User

KINDS: dict[str, type[Any]] = {"contact": Contact, "lead": Lead, "customer": Customer, "user": User}
PAGES = {
    "contact": "contacts:detail",
    "lead": "leads:detail",
    "customer": "customers:detail",
    "user": "settings:people_detail",
}
SHOWN = 20
NOWHERE = "erased.invalid"


def rows_of(actor: Actor, kind: str, action: str = "read") -> QuerySet[Any]:
    """People of this kind within the reach of `privacy:<action>`."""
    rows = KINDS[kind].objects.all()
    if issubclass(rows.model, MayBeCanary):
        rows = rows.filter(is_canary=False)
    if kind == "customer":
        rows = rows.filter(kind=CustomerKind.INDIVIDUAL)
    if kind == "user":
        rows = rows.filter(is_service=False)
    return within_reach(actor, rows, action)


def within_reach(actor: Actor, rows: QuerySet[Any], action: str = "read") -> QuerySet[Any]:
    """Rows of the actor's teams, or all; what has no team of its own is its subject's and stays."""
    reach = actor.reach(f"privacy:{action}")
    if reach is Reach.ALL:
        return rows
    if reach is not Reach.TEAM:
        return rows.none()
    if rows.model is User:
        return rows.filter(pk__in=Membership.objects.filter(team__in=actor.team_ids).values("user"))
    names = {field.name for field in rows.model._meta.concrete_fields}
    if "team_id" in names:
        return rows.filter(Q(team_id__in=actor.team_ids) | Q(team_id__isnull=True))
    return rows.filter(team__in=actor.team_ids) if "team" in names else rows


def matches(actor: Actor, text: str) -> list[tuple[str, Subject]]:
    """Who may be meant by a name, an e-mail address or a phone number, archived ones included."""
    text = text.strip()
    return [(kind, row) for kind in KINDS for row in _matching(actor, kind, text)[:SHOWN]] if text else []


def _matching(actor: Actor, kind: str, text: str) -> QuerySet[Any]:
    rows = rows_of(actor, kind)
    if issubclass(KINDS[kind], Searchable):
        return matching(rows, text, actor).order_by("-created_at", "-id")
    return rows.filter(Q(email__icontains=text) | Q(full_name__icontains=text)).order_by("full_name", "id")


def chosen(actor: Actor, references: Iterable[Iterable[str]], action: str = "read") -> list[Subject]:
    """The records that `[["contact", id], …]` name. Raises NotFound for one that is out of reach."""
    wanted = [(str(kind), str(pk).lower()) for kind, pk in references]
    if not all(_is_id(pk) for _kind, pk in wanted):
        raise NotFound()
    found = {
        (kind, str(row.pk)): row
        for kind in KINDS
        for row in rows_of(actor, kind, action).filter(pk__in=[pk for name, pk in wanted if name == kind])
    }
    if not set(wanted) <= set(found):
        raise NotFound("A record of this person is gone, or you cannot see it.")
    return [found[reference] for reference in wanted]


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def kind_of(subject: Any) -> str:
    return str(subject._meta.model_name)


def identifiers_of(subjects: Iterable[Subject]) -> Identifiers:
    found = Identifiers.of((), (), ())
    for subject in subjects:
        found |= _identifiers(subject)
    return found


def _identifiers(subject: Subject) -> Identifiers:
    if isinstance(subject, User):
        names = [split_name(subject.full_name)]
        return Identifiers.of({subject.email, subject.pending_email}, (), names) if not subject.is_erased else EMPTY
    if subject.is_erased:
        return EMPTY
    if isinstance(subject, Customer):
        names = [split_name(subject.name), split_name(subject.legal_name)]
        return Identifiers.of({subject.email}, {subject.phone}, names)
    phones = {subject.phone, getattr(subject, "mobile_phone", "")}
    phones |= {row["phone"] for row in getattr(subject, "further_phones", ())}
    emails = {subject.email, *(row["email"] for row in getattr(subject, "further_emails", ()))}
    return Identifiers.of(emails, phones, [(subject.first_name, subject.last_name)])


EMPTY = Identifiers.of((), (), ())


def split_name(text: str) -> tuple[str, str]:
    first, _space, last = text.strip().rpartition(" ")
    return first, last
