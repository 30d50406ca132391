"""The kinds of records that the one search finds, in the order of its groups."""

from crm.core.formats import day, in_one_line, money
from crm.core.global_search import Kind
from customers.models import Contact, Customer, Document, Lead, Note
from customers.models.subjects import SUBJECTS, subject_for
from deals.models import Activity, Deal

SEARCHED = (
    Kind(
        "customers", "Customers", Customer, "customers:detail",
        about=lambda actor, customer: customer.email or customer.domain or customer.billing_city,
    ),
    Kind(
        "contacts", "Contacts", Contact, "contacts:detail", joins=("customer",),
        about=lambda actor, contact: str(contact.customer or contact.email),
    ),
    Kind(
        "leads", "Leads", Lead, "leads:detail",
        about=lambda actor, lead: lead.company_name or lead.email,
    ),
    Kind(
        "deals", "Deals", Deal, "deals:detail", icon="coin", joins=("customer",),
        about=lambda actor, deal: in_one_line(deal.customer, money(deal.amount, deal.currency)),
    ),
    Kind(
        "activities", "Activities", Activity, "activities:detail", icon="checkbox", joins=SUBJECTS, forgives=False,
        about=lambda actor, one: in_one_line(one.get_type_display(), subject_for(actor, one), day(one.created_at)),
        rest={"state": ""},
    ),
    Kind(
        "notes", "Notes", Note, "notes:show", icon="note", joins=("owner", *SUBJECTS), forgives=False, rest=None,
        about=lambda actor, note: in_one_line(subject_for(actor, note), note.owner, day(note.created_at)),
    ),
    Kind(
        "documents", "Documents", Document, "documents:detail", icon="paperclip", joins=SUBJECTS,
        about=lambda actor, one: in_one_line(subject_for(actor, one), one.file_name),
    ),
)  # fmt: skip
