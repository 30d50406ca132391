"""What the pages of records need of each other: who looks after them, lists, search, timelines, merges, papers."""

from django.db.models import Q

from accounts.hand_over import register_kind as register_owned
from auditlog.services import observe, observe_together
from auditlog.timeline import events_of
from auditlog.voiding import void_what_changed
from crm.core.custom_fields.definitions import load_definitions_with
from crm.core.former_ids import register_former_ids
from crm.core.global_search import register_kind
from crm.core.timeline import CHANGES, register_next_step, register_source
from crm.lists.registry import register_list
from crm.ops.jobs import DAY, MINUTE, register_job
from crm.web.searched import SEARCHED
from customers.billing.credit import measure_use_with
from customers.documents.scanning import scan_pending
from customers.matching.scanning import JOB as DUPLICATES
from customers.matching.scanning import find_duplicates, import_ended
from customers.models import Contact, Customer, Lead
from customers.services.custom_fields import definitions
from customers.services.documents import documents_clean_up, documents_expire
from customers.services.merges import former_ids, successor
from customers.timeline import documents_of, notes_of
from customers.tree import register_rollup
from customers.views.contacts import ContactList
from customers.views.customers import CustomerList
from customers.views.leads import LeadList
from deals.credit import open_amount
from deals.models import Activity, Deal
from deals.models.activity import OPEN
from deals.models.choices import DealStatus
from deals.rollups import open_deals_of
from deals.timeline import activities_of, next_activity_of, stage_changes_of
from deals.views.activities import ActivityList
from deals.views.deals import DealList

# Records that somebody has to look after; what is closed stays with who closed it.
OWNED = (
    (Customer, Q()),
    (Contact, Q()),
    (Lead, Q(converted_at__isnull=True)),
    (Deal, Q(status=DealStatus.OPEN)),
    (Activity, Q(status__in=OPEN)),
)

# Lists that have views of their own kind, columns and filters.
VIEWED = (CustomerList, ContactList, LeadList, DealList, ActivityList)

DOCUMENT_JOBS = (
    ("document-scan", MINUTE, scan_pending, "Has new files looked at for malware, where a scanner is set"),
    ("document-expiry", DAY, documents_expire, "Marks verified documents as expired after their last day"),
    ("document-clean-up", DAY, documents_clean_up, "Removes deleted documents past their undo, and files without one"),
)


def wire_owners() -> None:
    load_definitions_with(definitions)
    for model, still_open in OWNED:
        register_owned(model, still_open)


def wire_cache() -> None:
    observe_together(void_what_changed)


def wire_lists() -> None:
    """Lists with their views, and what the one box finds."""
    for page in VIEWED:
        register_list(page)
    for kind in SEARCHED:
        register_kind(kind)


def wire_timeline() -> None:
    register_source(notes_of, kinds=("note",))
    register_source(documents_of, kinds=(CHANGES,))
    register_source(events_of, kinds=(CHANGES,))
    register_source(activities_of, kinds=("call", "email", "meeting", "task"))
    register_source(stage_changes_of, kinds=(CHANGES,))
    register_next_step(next_activity_of)


def wire_papers() -> None:
    """What is done with documents by the clock, and what a credit limit is held against."""
    measure_use_with(open_amount)
    for name, every, run, about in DOCUMENT_JOBS:
        register_job(name, every, run, about)


def wire_one_and_many() -> None:
    """Records that are one, and customers that are a group."""
    register_rollup(open_deals_of)
    register_former_ids(successor, former_ids)
    register_job(DUPLICATES, DAY, find_duplicates, "Looks for records that may be the same", queue="reports")
    observe(import_ended)
