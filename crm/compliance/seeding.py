"""The processing activities that the product itself carries out, for the first page of the record."""

from typing import Any

ACCESS = (
    "Roles with reach by team, second factor, sealed audit trail, encryption in transit, encrypted secrets, backups."
)
STAFF = "Staff of the company whose role reaches the record."
NONE = "None by the product itself."

ACTIVITIES: tuple[dict[str, str], ...] = (
    {
        "name": "Customer management",
        "purpose": "Knowing who the company's customers are, whom to talk to there, and what was agreed.",
        "people": "Customers who are individuals, and contacts at organisations.",
        "data": "Names, titles, e-mail addresses, phone numbers, postal addresses, birthdates where given, notes.",
        "lawful_basis": "legitimate_interests",
        "recipients": STAFF,
        "transfers": NONE,
        "retention": "As long as the business relation lasts, then as the rule for customers and contacts says.",
        "security_measures": ACCESS,
    },
    {
        "name": "Sales",
        "purpose": "Finding out who is interested, making offers, and closing contracts.",
        "people": "Leads, contacts, and the staff who look after them.",
        "data": "Names, ways to reach them, source, interest, deals with amounts, calls, e-mails and meetings.",
        "lawful_basis": "contract",
        "recipients": STAFF,
        "transfers": NONE,
        "retention": "Leads that came to nothing as the rule for leads says; deals as long as the customer.",
        "security_measures": ACCESS,
    },
    {
        "name": "Support",
        "purpose": "Answering questions and solving problems of customers.",
        "people": "Customers and their contacts.",
        "data": "Names, ways to reach them, what they asked and were answered, documents they sent.",
        "lawful_basis": "contract",
        "recipients": STAFF,
        "transfers": NONE,
        "retention": "As long as the customer.",
        "security_measures": ACCESS,
    },
    {
        "name": "Sign-in and audit",
        "purpose": "Letting in who may come in, and proving later who did what.",
        "people": "Staff, and the owners of accounts that programs act as.",
        "data": "Name, e-mail address, password hash, factors, network addresses, devices, times, what was done.",
        "lawful_basis": "legitimate_interests",
        "recipients": "Administrators, auditors, and whoever they hand an export to.",
        "transfers": NONE,
        "retention": "Sessions until they end; events for the time their seal is signed for.",
        "security_measures": f"{ACCESS} Events are append-only and signed.",
    },
    {
        "name": "Campaigns",
        "purpose": "Telling people about products they may want.",
        "people": "Leads and contacts who agreed to it.",
        "data": "Name, e-mail address, consent with its time and source, whether a message was opened.",
        "lawful_basis": "consent",
        "recipients": "The company's mail provider, as its processor.",
        "transfers": "None by the product itself; where the mail provider is decides.",
        "retention": "Until consent is withdrawn; that it was, is kept.",
        "security_measures": ACCESS,
    },
)


def seed_activities(model: Any) -> None:
    """Adds what is missing by name; takes the model, so that migrations can pass a historical one."""
    present = set(model.objects.values_list("name", flat=True))
    model.objects.bulk_create(model(**one) for one in ACTIVITIES if one["name"] not in present)
