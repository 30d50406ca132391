"""Further e-mails, phones and addresses of a record, each as a fact under its label, and how one becomes primary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.facts import Fact
from crm.core.formats import phone
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest, version_in
from customers import services
from customers.models import Contact, Customer
from customers.models.choices import IdentifierKind


@dataclass(frozen=True, slots=True)
class Further:
    """`primary_url` is empty where it cannot become the primary one."""

    fact: Fact
    primary_url: str = ""


def further_of(record: Any, may_edit: bool = False) -> list[Further]:
    return [*_channels(record, may_edit), *(Further(fact) for fact in _addresses(record))]


def _channels(record: Any, may_edit: bool) -> Iterator[Further]:
    """A customer has none of them; what is hidden or locked for the reader is not offered."""
    for name, facts in (("email", _emails(record)), ("phone", _phones(record))):
        is_open = may_edit and not {name, f"further_{name}s"} & record.locked_fields
        for at, fact in enumerate(facts):
            yield Further(fact, reverse("contacts:primary", args=[record.pk, name, at]) if is_open else "")


def _emails(record: Any) -> Iterator[Fact]:
    for index, row in enumerate(getattr(record, "further_emails", ())):
        label = row["label"].capitalize() or _("Further e-mail")
        yield Fact(f"further_emails-{index}", label, row["email"], f"mailto:{row['email']}")


def _phones(record: Any) -> Iterator[Fact]:
    for index, row in enumerate(getattr(record, "further_phones", ())):
        label = row["label"].capitalize() or _("Further phone")
        yield Fact(f"further_phones-{index}", label, phone(row["phone"]), f"tel:{row['phone']}")


def _addresses(record: Any) -> Iterator[Fact]:
    for index, row in enumerate(record.further_addresses):
        town = f"{row['postal_code']} {row['city']}".strip()
        lines = filter(None, (row["street"], town, row["state"], row["country"]))
        yield Fact(f"further_addresses-{index}", row["label"].capitalize() or _("Further address"), ", ".join(lines))


def identifiers_of(customer: Customer) -> Iterator[Fact]:
    """What a number is of goes behind it; of another kind, its name is what stands before it."""
    for index, row in enumerate(customer.identifiers):
        is_other = row["kind"] == IdentifierKind.OTHER
        more = ", ".join(filter(None, ("" if is_other else row["label"], row["country"])))
        label = row["label"] if is_other else str(IdentifierKind(row["kind"]).label)
        yield Fact(f"identifiers-{index}", label, f"{row['value']} ({more})" if more else row["value"])


@requires("contacts:write")
class ContactPrimary(ActorPage):
    """The undo is the same once more: the two change places."""

    def post(self, request: CrmRequest, pk: Any, name: str, at: int) -> HttpResponse:
        before = getattr(visible(Contact.objects.all(), self.actor, pk), name, "")
        contact = services.contact_make_primary(self.actor, pk, name, at, version=version_in(request))
        undo = f"undo:{request.path}?version={contact.version}" if before else ""
        messages.success(request, _("%s is the primary one now.") % getattr(contact, name), extra_tags=undo)
        return redirect("contacts:detail", pk=pk)
