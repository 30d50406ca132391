"""Sheets of which one row holds a customer, a person, a deal, an activity and a note, linked to each other (ADR 63)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from crm.core.actor import Actor, Denied
from crm.core.errors import CrmError
from crm.transfer.columns import OWNER, Column, Context, columns_of, reference
from crm.transfer.drafts import Draft
from crm.transfer.html_cells import as_markdown
from crm.transfer.importers import Part
from crm.transfer.journal import state_of
from crm.transfer.reading_values import TRUE, choice_key, read_moment
from crm.transfer.sheets import RowPart, SheetImporter
from customers import services as customer_services
from customers.models import Note
from customers.transfer import CREATED, ContactImporter, CustomerImporter
from deals import services
from deals.models import Activity, DealContact
from deals.models.choices import ActivityStatus, ActivityType
from deals.transfer import DealImporter

LINKS: dict[str, str] = {"customer": "customers", "contact": "contacts", "deal": "deals"}
# What a row is linked to stands in its other cells.
IN_OTHER_CELLS = {
    *("customer", "customer_external_id", "contacts", "contact_external_ids"),
    *("parent", "parent_external_id"),
}
# A day without an hour is not over before midnight.
END_OF_DAY = time(23, 59)


def _without_links(columns: Mapping[str, Column]) -> dict[str, Column]:
    return {name: one for name, one in columns.items() if name not in IN_OTHER_CELLS}


class RowCustomers(RowPart, CustomerImporter):
    columns = _without_links(CustomerImporter.columns)
    above = ()


class RowContacts(RowPart, ContactImporter):
    """Known by id or address; without these by name and employer; by the name where there is no employer either, and
    then by the number, too, if the row has one."""

    columns = _without_links(ContactImporter.columns)
    takes: ClassVar[Mapping[str, str]] = {"customer": "customers"}

    def keys(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        yield from super().keys(draft)
        names = list(self._names(draft))
        if "customer" in draft.values:
            yield from names[1:]
        elif not {"external_id", "email"} & set(draft.values):
            yield from names

    def called(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        yield from super().keys(draft)
        yield from self._names(draft)

    def _names(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        name = (draft.values.get("first_name", ""), draft.values.get("last_name", ""))
        if any(name):
            yield "last_name", name
        if any(name) and "customer" in draft.values:
            yield "customer", (draft.values["customer"].pk, name)

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        if name == "last_name":
            found = rows.filter(last_name__in={last for _first, last in keys})
            return [((one.first_name, one.last_name), one) for one in found]
        if name == "customer":
            wanted = {last for _customer, (_first, last) in keys}
            found = rows.filter(customer__in={pk for pk, _name in keys}, last_name__in=wanted)
            return [((one.customer_id, (one.first_name, one.last_name)), one) for one in found]
        return super().existing(name, keys, rows)

    def fits(self, name: str, record: Any, draft: Draft) -> bool:
        """Of one name, but not with another address, another id or, where that is all we know, another number."""
        if name not in ("last_name", "customer"):
            return super().fits(name, record, draft)
        numbers = ("phone", "mobile_phone") if name == "last_name" else ()
        return all(_agree(one, record, draft) for one in ("external_id", "email")) and all(
            draft.values.get(one, getattr(record, one)) == getattr(record, one) for one in numbers
        )


class RowDeals(RowPart, DealImporter):
    """Known by id; without one by title and customer, or person, unless amount or day are others."""

    columns = _without_links(DealImporter.columns)
    takes: ClassVar[Mapping[str, str]] = {"customer": "customers"}

    def connect(self, draft: Draft, others: Mapping[str, Draft]) -> None:
        super().connect(draft, others)
        if (person := others.get("contacts")) is not None and person.record is not None:
            draft.beside["contact"] = person.record

    def keys(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        yield from super().keys(draft)
        title = draft.values.get("name")
        if title and "customer" in draft.values:
            yield "customer", (draft.values["customer"].pk, title)
        elif title and "contact" in draft.beside:
            yield "contact", (draft.beside["contact"].pk, title)

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        if name not in ("customer", "contact"):
            return super().existing(name, keys, rows)
        pks, titles = {pk for pk, _title in keys}, {title for _pk, title in keys}
        if name == "customer":
            return [((one.customer_id, one.name), one) for one in rows.filter(customer__in=pks, name__in=titles)]
        alone = rows.filter(customer=None, name__in=titles, deal_contacts__contact__in=pks)
        return [((one.person, one.name), one) for one in alone.annotate(person=F("deal_contacts__contact"))]

    def fits(self, name: str, record: Any, draft: Draft) -> bool:
        if name not in ("customer", "contact"):
            return super().fits(name, record, draft)
        told = ("external_id", "amount", "currency", "expected_close_date")
        return all(_agree(one, record, draft) for one in told)

    def finish(self, drafts: Sequence[Draft], context: Context) -> None:
        """The person of the row is in the deal: of new ones at once, of those that are here by an act of its own."""
        wanted = {
            (draft.record.pk, person.pk): (draft, person)
            for draft in drafts
            if (person := draft.beside.get("contact")) is not None
        }
        new = {draft.record.pk for draft in drafts if draft.status == "created"}
        rows = DealContact.objects.filter(deal__in={deal for deal, _person in wanted} - new)
        there = set(rows.values_list("deal_id", "contact_id"))
        DealContact.objects.bulk_create(
            DealContact(deal_id=deal, contact_id=person) for deal, person in wanted if deal in new
        )
        for pair, (draft, person) in wanted.items():
            if pair[0] not in new and pair not in there:
                _put(draft, person, context)


def _put(draft: Draft, person: Any, context: Context) -> None:
    if isinstance(context.actor.covers("deals:write", draft.record), Denied):
        return draft.note(f"Not allowed to add {person} to {draft.record}.", "forbidden", "contact")
    try:
        link = services.deal_contact_put(context.actor, draft.record.pk, person)
    except CrmError as error:
        return draft.refuse(error)
    context.journal.note_updated(draft.record, state_of(draft.record), {DealContact._meta.label_lower: [str(link.pk)]})
    return None


def _agree(name: str, record: Any, draft: Draft) -> bool:
    """Whether not both of them say something, and something else."""
    given, known = draft.values.get(name), getattr(record, name)
    return given in (None, "") or known in (None, "") or given == known


class Event(RowPart):
    """What happened or was written: the same only if all of `told` is, about the same record."""

    takes = LINKS
    match_keys = ()
    told: ClassVar[tuple[str, ...]]

    def keys(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        for name in reversed(LINKS):
            if name in draft.values:
                yield name, (draft.values[name].pk, *(draft.values.get(one) for one in self.told))
                return

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        wanted = {f"{name}__in": {key[0] for key in keys}, f"{self.told[0]}__in": {key[1] for key in keys}}
        return [
            ((getattr(one, f"{name}_id"), *(getattr(one, told) for told in self.told)), one)
            for one in rows.filter(**wanted)
        ]


def _read_due(text: str, context: Context) -> datetime | None:
    due = read_moment(text, context.date_order, context.serial_dates)
    is_day = due is not None and ":" not in text and timezone.localtime(due).time() == time()
    return datetime.combine(timezone.localdate(due), END_OF_DAY, due.tzinfo) if is_day else due  # type: ignore[union-attr]


def _read_prose(text: str, context: Context) -> str:
    return str(Note._meta.get_field("body").clean(as_markdown(text), None)).strip()


class RowActivities(Event):
    resource, model, title, list_url = "activities", Activity, "Activities", "activities:list"
    update_service = services.activity_update
    parts = (Part(Activity.attendees.through, "activity"),)
    told = ("subject", "due_at", "type")
    columns: ClassVar[dict[str, Column]] = {
        **columns_of(Activity, ("subject", "type", "status", "priority", "direction", "location")),
        **OWNER,
        **CREATED,
        "due_at": Column("due_at", "Due", _read_due, kind="date"),
        **reference("due_time", "Due: time of day"),
        **reference("done", "Done (yes, no)"),
        "description": Column("description", "Description", _read_prose),
    }

    def complete(self, draft: Draft, context: Context) -> None:
        """A task unless it says otherwise; due at the hour of another cell; done if it was."""
        values = draft.values
        values.setdefault("type", ActivityType.TASK)
        if (hour := draft.references.get("due_time")) and "due_at" in values:
            try:
                values["due_at"] = read_moment(f"{timezone.localdate(values['due_at'])} {hour.strip()}")
            except ValidationError as error:
                draft.refuse(ValidationError({"due_time": error}))
        if choice_key(draft.references.get("done", "")) in {*TRUE, "done"} and "status" not in values:
            is_task = values["type"] == ActivityType.TASK
            values["status"] = ActivityStatus.COMPLETED if is_task else ActivityStatus.HELD

    def build(self, draft: Draft, context: Context) -> None:
        super().build(draft, context)
        if draft.record is not None and draft.record.is_done:
            draft.record.completed_at = min(draft.record.due_at or context.now, context.now)


class RowNotes(Event):
    resource, model, title, list_url = "notes", Note, "Notes", ""
    update_service = customer_services.note_update
    told = ("body",)
    columns: ClassVar[dict[str, Column]] = {
        "body": Column("body", "Text", _read_prose),
        **columns_of(Note, ("visibility", "priority", "category")),
        **CREATED,
    }

    def may_assign(self, actor: Actor) -> bool:
        """Whoever brings a note in is its author."""
        return False


SHEET = SheetImporter(
    "sheets",
    (RowCustomers(), RowContacts(), RowDeals(), RowActivities(), RowNotes()),
    ("deals", "contacts", "customers", "activities", "notes"),
)
