"""What can be done with many customers, contacts or leads at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from auditlog.services import record_many
from crm.bulk.acts import Act, Kind, Values, archiving, updating
from crm.transfer.journal import State
from crm.transfer.models import ConflictKind
from crm.transfer.restoring import Undoing
from customers import services
from customers.forms import ContactForm, CustomerForm, LeadForm
from customers.models import Customer, Label, LabelAssignment
from customers.views.contacts import ContactList
from customers.views.customers import CustomerList
from customers.views.leads import LeadList

# Each of these says which record it is, or moves it with what belongs to it.
SINGLE = frozenset({"team", "external_id"})


def assignments(values: Values, records: Sequence[Any]) -> dict[UUID, State]:
    """Whether they have the label, and since when through whom."""
    rows = LabelAssignment.objects.filter(label=values["label"], customer__in=records)
    found = {
        row.customer_id: {"by": row.assigned_by_id and str(row.assigned_by_id), "at": row.assigned_at.isoformat()}
        for row in rows
    }
    return {one.pk: {"labels": found.get(one.pk)} for one in records}


def put_back(undoing: Undoing, items: Sequence[Any]) -> None:
    """The label goes where it came, and comes back where it went, with who had put it there and when."""
    label = Label.objects.get(pk=undoing.run.values["label"])
    rows = Customer.objects.for_actor(undoing.actor, undoing.action).select_for_update(of=("self",)).order_by("pk")
    customers = {one.pk: one for one in rows.filter(pk__in=[item.record_id for item in items])}
    now = assignments({"label": label}, list(customers.values()))
    back, gone = [], []
    for item in items:
        before, after = item.changes["labels"]
        if item.record_id not in customers:
            undoing.leave(ConflictKind.FORBIDDEN, item.model, item.record_id)
        elif now[item.record_id]["labels"] != after:
            undoing.leave(ConflictKind.EDITED, item.model, item.record_id)
        elif before is None:
            gone.append(customers[item.record_id])
        else:
            back.append(_assignment(label, customers[item.record_id], before))
    LabelAssignment.objects.filter(label=label, customer__in=gone).delete()
    LabelAssignment.objects.bulk_create(back)
    record_many(undoing.actor, "customers.labelled", gone, {"labels": ([label.name], [])})
    record_many(undoing.actor, "customers.labelled", [one.customer for one in back], {"labels": ([], [label.name])})


def _assignment(label: Label, customer: Customer, before: dict[str, Any]) -> LabelAssignment:
    at = parse_datetime(before["at"])
    assert at is not None
    return LabelAssignment(label=label, customer=customer, assigned_by_id=before["by"], assigned_at=at)


def _labelling(name: str, title: Any, service: Any) -> Act:
    return Act(
        name,
        title,
        "write",
        lambda actor, pk, values: service(actor, pk, values["label"]),
        links={"label": Label},
        states=assignments,
        undo=put_back,
    )


KINDS = (
    Kind(
        CustomerList,
        CustomerForm,
        (
            updating(services.customer_update),
            _labelling("label", _("Add the label"), services.customer_label),
            _labelling("unlabel", _("Remove the label"), services.customer_unlabel),
            *archiving(services.customer_archive, services.customer_restore, services.customer_delete),
        ),
        SINGLE | {"name", "parent", "labels", "further_addresses", "identifiers"},
    ),
    Kind(
        ContactList,
        ContactForm,
        (
            updating(services.contact_update),
            *archiving(services.contact_archive, services.contact_restore, services.contact_delete),
        ),
        SINGLE | {"first_name", "last_name", "reports_to", "further_emails", "further_phones", "further_addresses"},
    ),
    Kind(
        LeadList,
        LeadForm,
        (
            updating(services.lead_update),
            *archiving(services.lead_archive, services.lead_restore, services.lead_delete),
        ),
        SINGLE | {"first_name", "last_name"},
    ),
)
