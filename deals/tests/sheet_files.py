"""Import sheets of Pipedrive, with rows made up here: one row feeds several records."""

from customers.tests.import_files import as_csv

HEADINGS = (
    *("Person - Name*", "Person - Phone", "Person - Phone (Mobile)", "Person - Email (Work)", "Organization - Name*"),
    *("Organization - Address", "Deal - Title", "Deal - Value", "Deal - Currency", "Deal - Expected close date"),
    *("Activity - Subject*", "Activity - Type", "Activity - Due date", "Activity - Done", "Note - Content*"),
)
HTML = "<p>Called <b>twice</b>.</p><ul><li>wants a roof</li><li>4 &lt; 5 rooms</li></ul><a href='https://x.example'>Site</a>"


def row(**cells: str) -> list[str]:
    """By the heading's last words: `person`, `phone`, `mobile`, `email`, `org`, `address`, `deal`, `value` …"""
    return [cells.get(name, "") for name in NAMES]


NAMES = (
    *("person", "phone", "mobile", "email", "org", "address", "deal", "value", "currency", "close"),
    *("activity", "type", "due", "done", "note"),
)


def sheet(*rows: list[str]) -> str:
    return as_csv(HEADINGS, rows)


# Every trap of the shape, once.
FULL = row(
    person="Anna Lena Berg",
    phone="+46 8 123 45 67, +46 8 765 43 21",
    mobile="+46 70 123 45 67",
    email="anna@berg.example, lena@berg.example",
    org="Berg AB",
    address="Storgatan 1, Umeå",
    deal="Roof",
    value="1200.50",
    currency="SEK",
    close="45631",
    activity="Call back",
    type="Deadline",
    due="45632",
    note=HTML,
)
SAME_FIRM = row(person="Bo Ek", org="Berg AB", deal="Door", value="70", note="Plain 2 < 3, **as it is**")
SAME_PERSON = row(person="Bo Ek", org="Berg AB", activity="Lunch", type="Lunch", due="45633.5", done="Done")
FIRM_ALONE = row(org="Ek & Co", deal="Gate", value="5")
BROKEN = row(person="Ida Alm", email="ida@alm.example", org="Alm HB", deal="Fence", value="many", note="Lost?")
