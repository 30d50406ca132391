"""Pipedrive: exports of organisations, people and deals; its import sheet, where one row feeds several records."""

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
    "Person - Email": "email",
    "Person - Email - Work": "email",
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
)
