"""The desk of North: views that its people keep, and a file that came in with a report of what stayed out."""

import csv
import io
from typing import Any

from django.core.files.base import ContentFile

from crm.lists.models import SavedView, Visibility
from crm.lists.services import view_create
from crm.transfer.services import import_create, import_rehearse, import_start, import_step
from crm.web.demo.draws import spread
from crm.web.demo.group import COMPANIES, stem
from crm.web.demo.volume import Office
from crm.web.demo.words import FIRST_NAMES, LAST_NAMES

FILE = "trade-fair-visitors.csv"
HEADERS = ("First name", "Last name", "Email", "Job title", "Company")
VISITORS = 12
# List, name, who sees it, and what it shows.
VIEWS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("customers", "Active, largest first", Visibility.PINNED,
     {"filters": {"status": "active"}, "ordering": "-annual_revenue",
      "columns": ["status", "industry", "annual_revenue", "owner"]}),
    ("customers", "Partners and resellers", Visibility.TEAM,
     {"filters": {"filter": '{"any":[{"field":"customer_type","op":"is_any_of","value":["partner","reseller"]}]}'}}),
    ("contacts", "Management", Visibility.PINNED, {"filters": {"department": "Management"}}),
    ("deals", "Open from 50,000", Visibility.PINNED,
     {"filters": {"status": "open", "amount__gte": "50000"}, "ordering": "-amount"}),
    ("activities", "Urgent calls", Visibility.PRIVATE, {"filters": {"type": "call", "priority": "urgent"}}),
)  # fmt: skip


def arrange(office: Office) -> None:
    """Names of views are taken once, also by the company of another seed."""
    rep, manager = office.sellers[0][0], office.sellers[0][-1]
    for resource, name, visibility, values in VIEWS:
        owner = rep if visibility == Visibility.PRIVATE else manager
        if not SavedView.objects.filter(owner=owner.id, resource=resource, name=name).exists():
            team = None if visibility == Visibility.PRIVATE else office.teams[0]
            view_create(owner, resource=resource, name=name, visibility=visibility, team=team, **values)
    _bring_in(office)


def _bring_in(office: Office) -> None:
    manager = office.sellers[0][-1]
    file = ContentFile(_visitors(office).encode())
    run = import_create(manager, file, name=FILE, team=office.teams[0], resource="contacts", source="csv")
    import_rehearse(manager, run.pk)
    import_step(manager, import_start(manager, run.pk, here=True), seconds=60)


def _visitors(office: Office) -> str:
    """People of the group; two rows cannot come in: one is nobody, in the other the address is none."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    for index in range(VISITORS):
        chance = office.draws.chance("visitor", index)
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        company = f"{stem(office)} {spread(COMPANIES, index)[0]}"
        writer.writerow((first, last, f"{first}.{last}@visitors.example".lower(), "Buyer", company))
    writer.writerow(("", "", "", "Buyer", ""))
    writer.writerow((FIRST_NAMES[1], LAST_NAMES[1], "visitors.example", "Buyer", ""))
    return text.getvalue()
