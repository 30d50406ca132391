"""Salesforce: headings of reports ("Account Name") and of the data export ("BillingStreet")."""

from collections.abc import Mapping

from crm.transfer.presets.shape import Preset, preset

RATING = {"Hot": "hot", "Warm": "warm", "Cold": "cold"}
SOURCE = {
    "Web": "web_site",
    "Phone Inquiry": "other",
    "Partner Referral": "partner",
    "Employee Referral": "referral",
    "External Referral": "referral",
    "Purchased List": "other",
    "Trade Show": "event",
    "Seminar - Internal": "event",
    "Seminar - Partner": "event",
    "Word of mouth": "referral",
    "Advertisement": "advertisement",
    "Public Relations": "advertisement",
}
LEAD_STATUS = {
    "Open - Not Contacted": "new",
    "Working - Contacted": "contacted",
    "Closed - Not Converted": "unqualified",
    "Closed - Converted": "qualified",
    "Nurturing": "nurture",
}
ACCOUNT_TYPE = {
    "Customer - Direct": "customer",
    "Customer - Channel": "customer",
    "Channel Partner / Reseller": "reseller",
    "Installation Partner": "partner",
    "Technology Partner": "partner",
    "Prospect": "customer",
    "Analyst": "press",
    "Integrator": "partner",
}
DEAL_TYPE = {
    "New Customer": "new_business",
    "New Business": "new_business",
    "Existing Business": "existing_business",
    "Existing Customer - Upgrade": "upsell",
    "Existing Customer - Replacement": "existing_business",
    "Existing Customer - Downgrade": "existing_business",
}
FORECAST = {
    "Best Case": "best_case",
    "BestCase": "best_case",
    "Commit": "commit",
    "Closed": "closed",
    "Omitted": "omitted",
}
NOT_OURS = (
    "MasterRecordId",
    "LastModifiedDate",
    "Last Modified Date",
    "LastModifiedById",
    "CreatedById",
    "SystemModstamp",
    "OwnerId",
    "RecordTypeId",
    "PhotoUrl",
    "Fax",
    "IsPrivate",
)


def _address(prefix: str, ours: str) -> Mapping[str, str]:
    """`Billing Street` and `BillingStreet` to `billing_street`."""
    parts = {
        "Street": "street",
        "City": "city",
        "State/Province": "state",
        "State": "state",
        "Zip/Postal Code": "postal_code",
        "PostalCode": "postal_code",
        "Country": "country",
    }
    return {f"{prefix}{gap}{theirs}": f"{ours}{field}" for gap in (" ", "") for theirs, field in parts.items()}


ACCOUNT = {
    "Id": "external_id",
    "IsDeleted": "is_deleted",
    "Account ID": "external_id",
    "Account Name": "name",
    "Name": "name",
    "Account Owner": "owner",
    "Type": "customer_type",
    "Rating": "rating",
    "Industry": "industry",
    "Ownership": "ownership",
    "Annual Revenue": "annual_revenue",
    "AnnualRevenue": "annual_revenue",
    "Employees": "employees",
    "NumberOfEmployees": "employees",
    "Phone": "phone",
    "Website": "website",
    "Description": "description",
    "Parent Account": "parent",
    "ParentId": "parent_external_id",
    "AccountSource": "source",
    "Account Source": "source",
    "Created Date": "created_at",
    "CreatedDate": "created_at",
    **_address("Billing", "billing_"),
    **_address("Shipping", "shipping_"),
}
CONTACT = {
    "Id": "external_id",
    "IsDeleted": "is_deleted",
    "Contact ID": "external_id",
    "Salutation": "salutation",
    "First Name": "first_name",
    "FirstName": "first_name",
    "Last Name": "last_name",
    "LastName": "last_name",
    "Account Name": "customer",
    "AccountId": "customer_external_id",
    "Account ID": "customer_external_id",
    "Contact Owner": "owner",
    "Title": "title",
    "Department": "department",
    "Email": "email",
    "Phone": "phone",
    "Mobile": "mobile_phone",
    "MobilePhone": "mobile_phone",
    "Birthdate": "birthdate",
    "Lead Source": "lead_source",
    "LeadSource": "lead_source",
    "Description": "description",
    "Email Opt Out": "opted_out_of_email",
    "HasOptedOutOfEmail": "opted_out_of_email",
    "Do Not Call": "do_not_call",
    "DoNotCall": "do_not_call",
    "Created Date": "created_at",
    "CreatedDate": "created_at",
    **_address("Mailing", ""),
}
LEAD = {
    "Id": "external_id",
    "IsDeleted": "is_deleted",
    "Lead ID": "external_id",
    "First Name": "first_name",
    "FirstName": "first_name",
    "Last Name": "last_name",
    "LastName": "last_name",
    "Company": "company_name",
    "Company / Account": "company_name",
    "Title": "title",
    "Email": "email",
    "Phone": "phone",
    "Website": "website",
    "Lead Source": "source",
    "LeadSource": "source",
    "Lead Status": "status",
    "Status": "status",
    "Rating": "rating",
    "Industry": "industry",
    "Annual Revenue": "annual_revenue",
    "AnnualRevenue": "annual_revenue",
    "No. of Employees": "employees",
    "NumberOfEmployees": "employees",
    "Description": "description",
    "Lead Owner": "owner",
    "Created Date": "created_at",
    "CreatedDate": "created_at",
}
OPPORTUNITY = {
    "Id": "external_id",
    "IsDeleted": "is_deleted",
    "Opportunity ID": "external_id",
    "Opportunity Name": "name",
    "Name": "name",
    "Account Name": "customer",
    "AccountId": "customer_external_id",
    "Account ID": "customer_external_id",
    "Stage": "stage",
    "StageName": "stage",
    "Amount": "amount",
    "Amount Currency": "currency",
    "CurrencyIsoCode": "currency",
    "Probability (%)": "probability",
    "Probability": "probability",
    "Close Date": "expected_close_date",
    "CloseDate": "expected_close_date",
    "Type": "deal_type",
    "Lead Source": "source",
    "LeadSource": "source",
    "Next Step": "next_step",
    "NextStep": "next_step",
    "Forecast Category": "forecast_category",
    "ForecastCategory": "forecast_category",
    "Description": "description",
    "Opportunity Owner": "owner",
    "Created Date": "created_at",
    "CreatedDate": "created_at",
}
CONVERTED = ("IsConverted", "ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId")


def _both(
    resource: str,
    signatures: tuple[tuple[str, ...], ...],
    fields: Mapping[str, str],
    choices: Mapping[str, Mapping[str, str]],
) -> tuple[Preset, ...]:
    """One preset per way of recognising the same record."""
    return tuple(
        preset("salesforce", resource, signature, fields, NOT_OURS + CONVERTED, choices) for signature in signatures
    )


PRESETS = (
    *_both(
        "customers",
        (("Account Name", "Billing City"), ("Id", "Name", "BillingStreet"), ("Account Name", "Rating", "Ownership")),
        ACCOUNT,
        {"customer_type": ACCOUNT_TYPE, "rating": RATING, "source": SOURCE},
    ),
    *_both(
        "contacts",
        (
            ("Last Name", "Email", "Mailing City"),
            ("Last Name", "Account Name", "Lead Source", "Email"),
            ("Last Name", "Email", "Email Opt Out"),
            ("Id", "AccountId", "LastName", "FirstName"),
        ),
        CONTACT,
        {"lead_source": SOURCE},
    ),
    *_both(
        "leads",
        (
            ("Last Name", "Lead Status", "Company / Account"),
            ("Lead Owner", "Last Name"),
            ("Id", "LastName", "Company", "IsConverted"),
        ),
        LEAD,
        {"status": LEAD_STATUS, "source": SOURCE, "rating": RATING},
    ),
    *_both(
        "deals",
        (("Opportunity Name", "Stage"), ("Id", "StageName", "CloseDate")),
        OPPORTUNITY,
        {"deal_type": DEAL_TYPE, "source": SOURCE, "forecast_category": FORECAST},
    ),
)
