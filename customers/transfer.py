"""Importers of customers, contacts and leads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from auditlog.services import record_many, snapshot
from crm.core.bulk import insert_many
from crm.transfer.columns import OWNER, Context, columns_of, many, moment, reference
from crm.transfer.drafts import LINK_CREATED, Draft
from crm.transfer.importers import Importer, Part
from crm.transfer.ordering import Key, Place
from customers import services
from customers.channels import read_channels
from customers.identifier_columns import IDENTIFIER_COLUMNS, add_identifiers, collect, customers_with
from customers.models import Contact, Customer, Label, LabelAssignment, Lead
from customers.models.identifier import name_of
from customers.services.hierarchy import lock_tree
from customers.tree import LEVELS

COMPANY = ("company", "account", "organization", "organisation", "client", "company name", "account name")
CREATED = moment("created_at", "Created at", ("created", "create date", "created date"))
FULL_NAME = reference("full_name", "Full name", ("name", "person", "contact name"))
LABEL_SEPARATORS = str.maketrans(";|", ",,")


class CustomerImporter(Importer):
    resource, model, title, list_url = "customers", Customer, "Customers", "customers:list"
    match_keys: ClassVar[tuple[str, ...]] = ("external_id", "identifiers", "domain", "name")
    weak_keys = frozenset({"domain", "name"})
    parts = (Part(LabelAssignment, "customer", "assigned_at"),)
    above: ClassVar[tuple[str, ...]] = ("parent", "parent_external_id")
    levels = LEVELS
    naming = ("name", "external_id", "domain", "website")
    update_service = services.customer_update
    columns = {
        **columns_of(
            Customer,
            (
                *("name", "legal_name", "kind", "status", "customer_type", "industry", "website", "domain", "email"),
                *("phone", "annual_revenue", "employees", "rating", "ownership", "description"),
                *("billing_street", "billing_city", "billing_state", "billing_postal_code", "billing_country"),
                *("shipping_street", "shipping_city", "shipping_state", "shipping_postal_code", "shipping_country"),
                *("tax_id", "external_id", "source"),
            ),
            name=(*COMPANY, "customer", "customer name"),
            external_id=("id", "record id"),
            customer_type=("type",),
            billing_street=("street", "address"),
            billing_city=("city",),
            billing_state=("state", "region"),
            billing_postal_code=("postal code", "zip", "postcode"),
            billing_country=("country",),
            phone=("phone number", "telephone"),
            employees=("number of employees",),
            annual_revenue=("revenue",),
            tax_id=("vat number", "vat id"),
        ),
        **IDENTIFIER_COLUMNS,
        **OWNER,
        **CREATED,
        **reference("parent", "Parent, by name", ("parent account", "parent company")),
        **reference("parent_external_id", "Parent, by its id", ("parent id",)),
        **reference(
            "labels",
            "Labels",
            ("label", "tags", "tag"),
            offers=lambda context: labels_of(context),
            is_list=True,
            makes_new=True,
        ),
    }

    def complete(self, draft: Draft, context: Context) -> None:
        """The domain follows the website, as it does when a customer is typed in."""
        address = draft.values.get("domain") or draft.values.get("website") or ""
        if host := host_of(address):
            draft.values["domain"] = host
        collect(draft)
        if reason := context.order.refused.get(draft.raw.line):
            draft.fail(reason["message"], reason["code"], reason["field"])
        elif draft.raw.line in context.order.unsure:
            named = [draft.references.pop(name) for name in self.above if name in draft.references]
            draft.note(f"Several rows are called “{named[0][:80]}”; not linked.", "ambiguous_link", "parent")

    def place(self, draft: Draft) -> Place:
        called = tuple((name, draft.values[name]) for name in self.match_keys if name in draft.values)
        own = called[:1] if "external_id" in draft.values else called
        return Place(draft.raw.line, own, called, keys_named(draft, "parent"))

    def match_keys_in(self, name: str, value: Any) -> Sequence[Any]:
        return list(map(name_of, value)) if name == "identifiers" else super().match_keys_in(name, value)

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        return customers_with(keys, rows) if name == "identifiers" else super().existing(name, keys, rows)

    def prepare(self, drafts: Sequence[Draft], context: Context) -> None:
        if any(set(self.above) & set(draft.references) for draft in drafts):
            lock_tree(context.team.pk)

    def link(self, drafts: Sequence[Draft], context: Context) -> None:
        named = [draft for draft in drafts if set(self.above) & set(draft.references)]
        found = Directory(context, named, "parent") if named else None
        for draft in named:
            self._set_parent(draft, found.find(draft))  # type: ignore[union-attr]
        add_identifiers(drafts, context)
        for draft in drafts:
            if "labels" in draft.references and not draft.record._state.adding:
                draft.values["labels"] = self._labels([draft], context)[id(draft)] + list(draft.record.labels.all())

    def _set_parent(self, draft: Draft, parent: Customer | None) -> None:
        if parent is None:
            return
        if parent.pk == draft.record.pk:
            draft.fail("A customer cannot be its own parent.", "cycle", "parent")
        elif parent.account_level + 1 >= LEVELS:
            draft.fail(f"A group has {LEVELS} levels at most.", "too_deep", "parent")
        elif draft.record._state.adding:
            draft.record.parent_id, draft.record.account_level = parent.pk, parent.account_level + 1
        else:
            draft.values["parent"] = parent

    def after_create(self, drafts: Sequence[Draft], context: Context) -> None:
        chosen = self._labels(drafts, context)
        LabelAssignment.objects.bulk_create(
            LabelAssignment(label=label, customer=draft.record, assigned_by_id=context.actor.id)
            for draft in drafts
            for label in chosen[id(draft)]
        )

    def _labels(self, drafts: Sequence[Draft], context: Context) -> dict[int, list[Label]]:
        """The labels of each draft, by its identity; missing ones are made."""
        wanted = {id(draft): _names(draft.references.get("labels", "")) for draft in drafts}
        names = {name.casefold(): name for each in wanted.values() for name in each}
        if not names:
            return {key: [] for key in wanted}
        rows = Label.objects.for_actor(context.actor).active().filter(team=context.team)
        known = {label.name.casefold(): label for label in rows}
        for key in names.keys() - known.keys():
            known[key] = services.label_create(context.actor, name=names[key][:50], team=context.team)
            context.journal.note_created([known[key]], is_shared=True)
        return {key: [known[name.casefold()] for name in each] for key, each in wanted.items()}


PERSON = columns_of(
    Contact,
    (
        *("salutation", "first_name", "last_name", "title", "department", "contact_type", "email", "phone"),
        *("mobile_phone", "street", "city", "state", "postal_code", "country", "birthdate", "lead_source"),
        *("do_not_call", "opted_out_of_email", "linkedin_url", "description", "external_id"),
    ),
    external_id=("id", "record id"),
    first_name=("given name", "forename"),
    last_name=("surname", "family name"),
    title=("job title", "position"),
    email=("e-mail", "email address", "e-mail address"),
    phone=("phone number", "telephone", "business phone"),
    mobile_phone=("mobile", "mobile phone number", "cell phone"),
    postal_code=("zip", "postcode"),
    birthdate=("birthday",),
    linkedin_url=("linkedin",),
    description=("notes",),
)


class ContactImporter(Importer):
    resource, model, title, list_url = "contacts", Contact, "Contacts", "contacts:list"
    match_keys: ClassVar[tuple[str, ...]] = ("external_id", "email")
    update_service = services.contact_update
    columns = {
        **PERSON,
        **many(PERSON, "email", "phone"),
        **OWNER,
        **CREATED,
        **FULL_NAME,
        **reference("middle_name", "Middle name (joins the first name)", ("additional name",)),
        **reference("customer", "Customer, by name", COMPANY),
        **reference("customer_external_id", "Customer, by its id", ("customer id", "account id", "company id")),
    }

    def complete(self, draft: Draft, context: Context) -> None:
        read_channels(self, draft, context)
        split_name(self, draft, context)
        if middle := draft.references.pop("middle_name", ""):
            first = " ".join(filter(None, (draft.values.get("first_name", ""), middle)))
            self.read_cell(draft, self.columns["first_name"], first, context)

    def link(self, drafts: Sequence[Draft], context: Context) -> None:
        link_customers(drafts, context)


class LeadImporter(Importer):
    resource, model, title, list_url = "leads", Lead, "Leads", "leads:list"
    match_keys: ClassVar[tuple[str, ...]] = ("external_id", "email")
    update_service = services.lead_update
    columns = {
        **columns_of(
            Lead,
            (
                *("first_name", "last_name", "company_name", "title", "email", "phone", "website", "lead_type"),
                *("source", "status", "rating", "score", "industry", "annual_revenue", "employees", "description"),
                "external_id",
            ),
            external_id=("id", "record id"),
            company_name=COMPANY[:4],
            title=("job title",),
            email=("e-mail", "email address"),
            phone=("phone number", "telephone"),
            source=("lead source",),
            status=("lead status",),
        ),
        **OWNER,
        **CREATED,
        **FULL_NAME,
    }

    def complete(self, draft: Draft, context: Context) -> None:
        split_name(self, draft, context)


def split_name(importer: Importer, draft: Draft, context: Context) -> None:
    """`Ann Lee Smith` → Ann Lee, Smith; `Smith, Ann` → Ann, Smith; only where the parts are not given."""
    text = draft.references.get("full_name", "")
    if not text or {"first_name", "last_name"} & set(draft.values):
        return
    last, comma, first = (part.strip() for part in text.partition(","))
    if not comma:
        first, _, last = (part.strip() for part in text.rpartition(" "))
    for name, part in (("first_name", first), ("last_name", last)):
        if part:
            importer.read_cell(draft, importer.columns[name], part, context)


def host_of(address: str) -> str:
    """`https://www.example.com/about` → `example.com`; nothing for what has no host."""
    try:
        host = urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:253]


def labels_of(context: Context) -> list[tuple[str, str]]:
    """The team's, but for those whose name reads like several."""
    rows = Label.objects.for_actor(context.actor).active().filter(team=context.team).order_by("name")
    return [(name, name) for name in rows.values_list("name", flat=True) if _names(name) == [name]]


def keys_named(draft: Draft, field: str) -> tuple[Key, ...]:
    """What a row may mean by the customer it names, the likeliest first: a parent also by its id or domain as text."""
    source_id, text = first_of(draft.references.get(f"{field}_external_id", "")), draft.references.get(field, "")
    keys = [("external_id", source_id), ("name", text)]
    if field == "parent":
        keys += [("external_id", text), ("domain", text.lower())]
    return tuple(key for key in keys if key[1])


def _names(text: str) -> list[str]:
    parts = (part.strip(" *") for part in text.replace(":::", ",").translate(LABEL_SEPARATORS).split(","))
    return list({part.casefold(): part for part in parts if part}.values())


class Directory:
    """The team's customers that some rows name: by id in their source, or by exact name if only one has it."""

    def __init__(self, context: Context, drafts: Iterable[Draft], field: str) -> None:
        self.field, self.context = field, context
        wanted: dict[str, set[str]] = defaultdict(set)
        for name, value in (key for draft in drafts for key in keys_named(draft, field)):
            wanted[name].add(value)
        rows = Customer.objects.for_actor(context.actor).active().filter(team=context.team)
        self.found: dict[Key, list[Customer]] = defaultdict(list)
        for name, values in wanted.items():
            # Said aloud, or the planner cannot prove that the partial index applies.
            for one in rows.filter(**{f"{name}__in": values}).exclude(**{name: ""}):
                self.found[name, getattr(one, name)].append(one)
        self.made: list[Customer] = []

    def find(self, draft: Draft, make: bool = False) -> Customer | None:
        """What cannot be found, or is not the only one, is noted on the row."""
        text = draft.references.get(f"{self.field}_external_id", "")
        source_id, name = first_of(text), draft.references.get(self.field, "")
        if source_id != text:
            draft.note(f"Linked to the first of several: {text[:200]}", "further_values", self.field)
        keys = keys_named(draft, self.field)
        namesakes = next((self.found[key] for key in keys if key in self.found), [])
        if len(namesakes) == 1:
            return namesakes[0]
        if namesakes:
            draft.note(f"Several customers are called “{name[:80]}”; not linked.", "ambiguous_link", self.field)
            return None
        if make and name:
            return self._make(draft, name, source_id)
        self._miss(draft, name or source_id)
        return None

    def _miss(self, draft: Draft, wanted: str) -> None:
        draft.note(f"There is no customer “{wanted[:80]}” yet; not linked.", "unknown_link", self.field)

    def _make(self, draft: Draft, name: str, source_id: str) -> Customer | None:
        context = self.context
        if not context.creates_links or not context.actor.may("customers:write"):
            self._miss(draft, name)
            return None
        customer = Customer(
            name=Customer._meta.get_field("name").clean(name, None),
            external_id=Customer._meta.get_field("external_id").clean(source_id, None),
            team_id=context.team.pk,
            owner_id=context.actor.id,
        )
        customer.refresh_search_text()
        self.made.append(customer)
        self.found["name", name].append(customer)
        if source_id:
            self.found["external_id", source_id].append(customer)
        draft.linked += 1
        draft.note(f"The customer “{name[:80]}” was not there and has been created.", LINK_CREATED, self.field)
        return customer

    def save(self) -> None:
        if self.made:
            insert_many(Customer, self.made)
            self.context.journal.note_created(self.made)
            record_many(self.context.actor, "customers.created", self.made, snapshot)


def link_customers(drafts: Sequence[Draft], context: Context) -> None:
    """Sets `customer` on new records and in the values of existing ones; makes customers that are missing."""
    named = [draft for draft in drafts if {"customer", "customer_external_id"} & set(draft.references)]
    if not named:
        return
    directory = Directory(context, named, "customer")
    for draft in named:
        customer = directory.find(draft, make=True)
        if customer is not None and draft.record._state.adding:
            draft.record.customer_id = customer.pk
        elif customer is not None:
            draft.values["customer"] = customer
    directory.save()


def first_of(text: str) -> str:
    """`8001;8002` → `8001`."""
    return text.replace(",", ";").partition(";")[0].strip()


IMPORTERS = (CustomerImporter(), ContactImporter(), LeadImporter())
