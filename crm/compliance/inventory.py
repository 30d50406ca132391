"""Which tables hold data about people, read from the models themselves, and how long each is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models.invitations import LIFETIME
from crm.core.fields import EmailAddressField, PhoneField

# What is about a person by its name, wherever it stands; e-mail addresses and phone numbers are known by their kind.
ABOUT_PEOPLE = frozenset(
    {
        *("full_name", "first_name", "last_name", "salutation", "birthdate", "title", "person_label", "actor_label"),
        *("address", "last_address", "last_used_address", "agent", "linkedin_url", "created_by", "by_label", "person"),
        *("billing_street", "billing_city", "shipping_street", "shipping_city", "mailing_street", "mailing_city"),
        *("tax_id", "body", "person_email", "decided_by_label", "cells", "before", "moved"),
    }
)
OURS = ("accounts", "auditlog", "customers", "deals", "transfer", "compliance", "api", "mfa", "socialaccount")

Words = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: what it holds about people, and how long."""

    model: str
    table: str
    fields: tuple[str, ...]
    kept: str


def _days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(count=count)


def _audit() -> str:
    normal, sensitive = (settings.AUDIT_RETENTION[kind].days for kind in ("normal", "sensitive"))
    text = _("{normal} for everyday events, {sensitive} for access, exports and deletions; then whole seals are purged")
    return text.format(normal=_days(normal), sensitive=_days(sensitive))


def _sessions() -> str:
    hours = int(settings.SESSION_ABSOLUTE.total_seconds() // 3600)
    return _("{hours} hours at most, or until signed out").format(hours=hours)


RETENTION: dict[str, Words] = {
    "auditlog.AuditEvent": _audit,
    "accounts.Session": _sessions,
    "accounts.Invitation": lambda: _("A link is good for {days}").format(days=_days(LIFETIME.days)),
    "accounts.LoginDoor": lambda: _("until the counter is no longer needed, a day at most"),
    "accounts.LoginHistory": lambda: _("a day"),
    "accounts.TokenFamily": lambda: _("until the grant ends, then purged"),
    "compliance.ReviewItem": lambda: _("with its review"),
}


def retention_says(model: str, words: Words) -> None:
    """Registers how long a kind of record is kept, for a unit that decides it; called by crm.wiring only."""
    RETENTION[model] = words


def holdings() -> Iterator[Holding]:
    """Ordered by table; a model without anything about people is left out."""
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        fields = tuple(_about_people(model)) if model._meta.app_label in OURS else ()
        if fields:
            label = model._meta.label
            kept = RETENTION[label]() if label in RETENTION else _("until it is deleted")
            yield Holding(capfirst(str(model._meta.verbose_name_plural)), model._meta.db_table, fields, kept)


def _about_people(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        by_kind = isinstance(field, EmailAddressField | PhoneField | models.EmailField)
        if by_kind or (field.name in ABOUT_PEOPLE and not field.is_relation):
            yield field.name.replace("_", " ")
