"""Which columns of a person's own record are personal, and what stands there after an erasure."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from crm.core.searching import Searchable
from crm.privacy.subjects import NOWHERE, Subject, kind_of
from customers.models import Contact, Customer, Lead

Value = Any | Callable[[Any], Any]


BLANK: dict[str, dict[str, Value]] = {
    "contact": Contact.BLANK,
    "lead": Lead.BLANK,
    "customer": Customer.BLANK,
    "user": {
        **User.BLANK,
        "email": lambda user: f"erased-{user.pk}@{NOWHERE}",
        "password": lambda user: make_password(None),
    },
}

# Columns that can hold text and stay, with the reason why they say nothing about one person.
KEPT: dict[str, dict[str, str]] = {
    "contact": {
        "country": "as coarse as a statistic",
        "contact_type": "a role from a list",
        "lead_source": "a choice from a list",
        "search_text": "made anew from the rest",
    },
    "lead": {
        "company_name": "the company's, and redacted where it names the person",
        "industry": "the company's",
        **dict.fromkeys(("lead_type", "source", "status", "rating"), "a choice from a list"),
        "search_text": "made anew from the rest",
    },
    "customer": {
        "industry": "a trade",
        **dict.fromkeys(("billing_country", "shipping_country"), "as coarse as a statistic"),
        **dict.fromkeys(("kind", "status", "customer_type", "rating", "source"), "a choice from a list"),
        "search_text": "made anew from the rest",
    },
    "user": {},
}


def blank(subject: Subject) -> None:
    """Takes everything personal out of a locked record, archives it, and moves its version on."""
    for name, value in BLANK[kind_of(subject)].items():
        setattr(subject, name, value(subject) if callable(value) else copy(value))
    if hasattr(subject, "archived_at"):
        subject.archived_at = subject.archived_at or timezone.now()
    if isinstance(subject, Searchable):
        subject.refresh_search_text()
    subject.version += 1
    subject.updated_at = subject.erased_at = timezone.now()
    subject.save()
