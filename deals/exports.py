"""What exports show of deals and activities."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm.core.actor import Actor
from crm.core.any_of import any_of
from crm.transfer.exports.columns import Column, fields_of, identifier, link, names_of, record_columns
from crm.transfer.exports.exporters import Exporter
from customers.exports import CONTACT_NAMES, CUSTOMER_EXTERNAL_ID, CUSTOMER_NAMES, LEAD_NAMES
from deals.filters import ActivityFilters, DealFilters
from deals.models import Activity, Deal, DealContact

DEAL_NAMES = names_of(Deal, "name")
Pairs = Callable[[Sequence[Any]], Any]


def people_of(pairs: Pairs, shows_names: bool) -> Any:
    """Contacts by the record they belong to, as ids or as names, as far as who exports may see them."""

    def look(actor: Actor, pks: Sequence[Any]) -> Mapping[Any, list[Any]]:
        found = list(pairs(pks))
        names = CONTACT_NAMES(actor, list({contact for _pk, contact in found}))
        people: dict[Any, list[Any]] = defaultdict(list)
        for pk, contact in found:
            if contact in names:
                people[pk].append(names[contact] if shows_names else str(contact))
        return people

    return look


def _in_deals(pks: Sequence[Any]) -> Any:
    return DealContact.objects.filter(any_of("deal_id", pks)).order_by("pk").values_list("deal_id", "contact_id")


def _attending(pks: Sequence[Any]) -> Any:
    rows = Activity.attendees.through.objects.filter(any_of("activity_id", pks))
    return rows.order_by("pk").values_list("activity_id", "contact_id")


DEALS = Exporter(
    "deals", Deal, "Deals", "deals:list", DealFilters,
    (
        identifier("id", "ID"),
        *fields_of(Deal, "name"),
        *link("customer", "Customer", CUSTOMER_NAMES),
        CUSTOMER_EXTERNAL_ID,
        Column("contact_ids", "Contact IDs", "pk", "names", people_of(_in_deals, False)),
        Column("contacts", "Contacts", "pk", "names", people_of(_in_deals, True)),
        *fields_of(Deal, "amount", "currency"),
        identifier("pipeline_id", "Pipeline ID"),
        Column("pipeline", "Pipeline", "pipeline__name"),
        identifier("stage_id", "Stage ID"),
        Column("stage", "Stage", "stage__name"),
        *fields_of(
            Deal,
            *("status", "probability", "expected_close_date", "deal_type", "source", "next_step"),
            *("forecast_category", "lost_reason", "description", "external_id", "stage_changed_at", "closed_at"),
        ),
        *record_columns(Deal),
    ),
)  # fmt: skip

ACTIVITIES = Exporter(
    "activities", Activity, "Activities", "activities:list", ActivityFilters,
    (
        identifier("id", "ID"),
        *fields_of(
            Activity,
            *("type", "subject", "status", "priority", "direction", "due_at", "starts_at", "ends_at", "all_day"),
            *("location", "description"),
        ),
        Column("attendee_ids", "Attendee IDs", "pk", "names", people_of(_attending, False)),
        Column("attendees", "Attendees", "pk", "names", people_of(_attending, True)),
        *link("customer", "Customer", CUSTOMER_NAMES),
        *link("contact", "Contact", CONTACT_NAMES),
        *link("lead", "Lead", LEAD_NAMES),
        *link("deal", "Deal", DEAL_NAMES),
        *fields_of(Activity, "completed_at"),
        *record_columns(Activity),
    ),
)  # fmt: skip

EXPORTERS = (DEALS, ACTIVITIES)
