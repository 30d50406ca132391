"""Pipedrive: exports of organisations, people and deals; its import sheet, where one row feeds several records."""

from collections.abc import Mapping

from crm.transfer.presets.shape import preset

ORGANISATION = {
    "Organization - ID": "external_id",
    "Organization - Name": "name",
    "Organization - Owner": "owner",
    "Organization - Label": "labels",
    "Organization - Labels": "labels",
    "Organization - Address": "billing_street",
    "Organization - Street/road name of Address": "billing_street",
    "Organization - City/town/village/locality of Address": "billing_city",
    "Organization - State/county of Address": "billing_state",
    "Organization - ZIP/Postal code of Address": "billing_postal_code",
    "Organization - Country of Address": "billing_country",
    "Organization - Website": "website",
    "Organization - Industry": "industry",
    "Organization - Annual revenue": "annual_revenue",
    "Organization - Number of employees": "employees",
    "Organization - Created": "created_at",
    "Organization - Organization created": "created_at",
}
PERSON = {
    "Person - ID": "external_id",
    "Person - Name": "full_name",
    "Person - First name": "first_name",
    "Person - Last name": "last_name",
    "Person - Owner": "owner",
    "Person - Job title": "title",
    "Person - Phone": "phone",
    "Person - Phone - Work": "phone",
    "Person - Phone (Work)": "phone",
    "Person - Phone - Mobile": "mobile_phone",
    "Person - Phone (Mobile)": "mobile_phone",
    "Person - Phone - Home": "phone",
    "Person - Phone - Other": "phone",
    "Person - Email": "email",
    "Person - Email - Work": "email",
    "Person - Email - Home": "email",
    "Person - Email - Other": "email",
    "Person - Email (Work)": "email",
    "Person - Organization": "customer",
    "Person - Organization ID": "customer_external_id",
    "Organization - Name": "customer",
    "Person - Birthday": "birthdate",
    "Person - Notes": "description",
    "Person - Person created": "created_at",
}
DEAL = {
    "Deal - ID": "external_id",
    "Deal - Title": "name",
    "Deal - Value": "amount",
    "Deal - Currency": "currency",
    "Deal - Currency of Value": "currency",
    "Deal - Pipeline": "pipeline",
    "Deal - Stage": "stage",
    "Deal - Status": "status",
    "Deal - Owner": "owner",
    "Deal - Organization": "customer",
    "Deal - Organization ID": "customer_external_id",
    "Organization - Name": "customer",
    "Deal - Contact person": "contacts",
    "Deal - Contact person ID": "contact_external_ids",
    "Person - Name": "contacts",
    "Deal - Probability": "probability",
    "Deal - Expected close date": "expected_close_date",
    "Deal - Won time": "closed_at",
    "Deal - Lost time": "closed_at",
    "Deal - Deal closed on": "closed_at",
    "Deal - Lost reason": "lost_reason",
    "Deal - Deal created": "created_at",
}
ACTIVITY = {
    "Activity - Subject": "subject",
    "Activity - Type": "type",
    "Activity - Due date": "due_at",
    "Activity - Due time": "due_time",
    "Activity - Done": "done",
    "Activity - Status": "done",
    "Activity - Location": "location",
    "Activity - Note": "description",
    "Activity - Public description": "description",
    "Activity - Assigned to user": "owner",
    "Activity - Owner": "owner",
    "Activity - Add time": "created_at",
}
NOTE = {"Note - Content": "body", "Note - Add time": "created_at"}
ACTIVITY_TYPES = {"Lunch": "meeting", "Deadline": "task"}


def _of(kind: str, fields: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Those that stand under the heading of this kind, as fields of a sheet."""
    return {header: f"{kind}.{name}" for header, name in fields.items() if header.startswith(prefix)}


LINKED = {"customer", "customer_external_id", "contacts", "contact_external_ids"}
SHEET = {
    **_of("customers", ORGANISATION, "Organization - "),
    **_of("contacts", {header: name for header, name in PERSON.items() if name not in LINKED}, "Person - "),
    **_of("deals", {header: name for header, name in DEAL.items() if name not in LINKED}, "Deal - "),
    **_of("activities", ACTIVITY, "Activity - "),
    **_of("notes", NOTE, "Note - "),
    "Person - Organization": "customers.name",
    "Deal - Organization": "customers.name",
    "Deal - Contact person": "contacts.full_name",
}
WHO, WHAT = ("Person - Name", "Organization - Name"), ("Deal - Title", "Activity - Subject", "Note - Content")
# More headings than an export has, so that a sheet is not taken for one.
SHEETS = (
    (*WHO, "Organization - Address"),
    *((*WHO, what) for what in WHAT),
    *((who, what) for who in WHO for what in WHAT),
    *((*who, "Deal - Title", "Deal - Value") for who in (*((one,) for one in WHO), WHO)),
)
# Whoever has ids comes out of Pipedrive and is not such a sheet.
WITH_IDS = tuple(("Deal - ID", "Deal - Title", "Deal - Value", *who) for who in ((), *((one,) for one in WHO), WHO))
COUNTED = tuple(
    f"{what} - {column}"
    for what in ("Organization", "Person", "Deal")
    for column in (
        *("Open deals", "Won deals", "Lost deals", "Closed deals", "Total activities", "Done activities"),
        *("Activities to do", "Update time", "Next activity date", "Last activity date", "Weighted value"),
    )
)

PRESETS = (
    preset("pipedrive", "customers", ("Organization - Name",), ORGANISATION, COUNTED),
    preset("pipedrive", "contacts", ("Person - Name",), PERSON, COUNTED),
    preset("pipedrive", "contacts", ("Person - Name", "Organization - Name"), PERSON, COUNTED),
    preset("pipedrive", "deals", ("Deal - Title",), DEAL, COUNTED),
    preset("pipedrive", "deals", ("Deal - Title", "Deal - Value"), DEAL, COUNTED),
    *(preset("pipedrive", "deals", signature, DEAL, COUNTED) for signature in WITH_IDS),
    *(preset("pipedrive", "sheets", one, SHEET, COUNTED, {"activities.type": ACTIVITY_TYPES}) for one in SHEETS),
)
