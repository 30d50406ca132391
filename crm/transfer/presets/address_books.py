"""Address books: Google Contacts, Outlook, LinkedIn connections, and cards, which become a table like Google's."""

from crm.transfer.presets.shape import preset

MOST_GROUPS = 10
# The headings that Google writes today and wrote until 2024.
PERSON = {
    "Name Prefix": "salutation",
    "First Name": "first_name",
    "Given Name": "first_name",
    "Middle Name": "middle_name",
    "Additional Name": "middle_name",
    "Last Name": "last_name",
    "Family Name": "last_name",
    "Full Name": "full_name",
    "Name": "full_name",
    "Organization Name": "customer",
    "Organization 1 - Name": "customer",
    "Organization Title": "title",
    "Organization 1 - Title": "title",
    "Organization Department": "department",
    "Organization 1 - Department": "department",
    "Birthday": "birthdate",
    "Notes": "description",
    "Address 1 - Street": "street",
    "Address 1 - City": "city",
    "Address 1 - Region": "state",
    "Address 1 - Postal Code": "postal_code",
    "Address 1 - Country": "country",
}
GROUPS = {
    f"{kind} {number} - {part}": name + suffix
    for kind, name in (("E-mail", "email"), ("Phone", "phone"))
    for number in range(1, MOST_GROUPS + 1)
    for part, suffix in (("Label", "_label"), ("Type", "_label"), ("Value", ""))
}
PHONETIC = ("Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name", "File As", "Photo", "Group Membership")
FORMATTED = tuple(f"Address {number} - {part}" for number in range(1, 6) for part in ("Label", "Type", "Formatted"))

OUTLOOK = {
    "Title": "salutation",
    "First Name": "first_name",
    "Middle Name": "middle_name",
    "Last Name": "last_name",
    "Company": "customer",
    "Department": "department",
    "Job Title": "title",
    "Business Street": "street",
    "Business City": "city",
    "Business State": "state",
    "Business Postal Code": "postal_code",
    "Business Country": "country",
    "Business Country/Region": "country",
    **dict.fromkeys(("Business Phone", "Business Phone 2", "Primary Phone", "Company Main Phone"), "phone"),
    **dict.fromkeys(("Mobile Phone", "Home Phone", "Home Phone 2", "Car Phone", "Other Phone"), "phone"),
    **dict.fromkeys(("Business Fax", "Home Fax", "Other Fax", "Pager"), "phone"),
    **dict.fromkeys(("E-mail Address", "E-mail 2 Address", "E-mail 3 Address"), "email"),
    "Birthday": "birthdate",
    "Notes": "description",
}
# Of a person's private life; who needs it may still choose a field for it.
PRIVATE = (
    *("Government ID Number", "Gender", "Children", "Spouse", "Anniversary", "Hobby", "Account", "Billing Information"),
    *("Religion", "Assistant's Name", "Assistant's Phone", "Referred By", "Sensitivity", "Private", "Priority"),
)
OUTLOOK_OWN = (
    *("E-mail Type", "E-mail 2 Type", "E-mail 3 Type", "E-mail Display Name", "E-mail 2 Display Name"),
    *("E-mail 3 Display Name", "Callback", "ISDN", "TTY/TDD Phone", "Telex", "Radio Phone", "Mileage", "Language"),
    *("Initials", "Keywords", "Directory Server", "Internet Free Busy", "Organizational ID Number", "Categories"),
)

PRESETS = (
    preset("google", "contacts", ("First Name", "E-mail 1 - Value"), {**PERSON, **GROUPS}, PHONETIC + FORMATTED),
    preset("google", "contacts", ("Given Name", "E-mail 1 - Value"), {**PERSON, **GROUPS}, PHONETIC + FORMATTED),
    preset("google", "contacts", ("Name", "Given Name", "Group Membership"), {**PERSON, **GROUPS}, PHONETIC),
    preset("google", "contacts", ("First Name", "Phonetic First Name", "File As"), {**PERSON, **GROUPS}, PHONETIC),
    preset("outlook", "contacts", ("First Name", "Last Name", "Business Phone"), OUTLOOK, PRIVATE + OUTLOOK_OWN),
    preset("outlook", "contacts", ("First Name", "E-mail Address", "E-mail 2 Address"), OUTLOOK, PRIVATE + OUTLOOK_OWN),
    preset(
        "linkedin",
        "contacts",
        ("First Name", "Last Name", "URL", "Connected On"),
        {
            "First Name": "first_name",
            "Last Name": "last_name",
            "URL": "linkedin_url",
            "Email Address": "email",
            "Company": "customer",
            "Position": "title",
            "Connected On": "created_at",
        },
    ),
    preset(
        "vcard",
        "contacts",
        ("BEGIN:VCARD",),
        {**PERSON, **GROUPS, "LinkedIn": "linkedin_url", "UID": "external_id"},
        FORMATTED,
    ),
)  # fmt: skip
