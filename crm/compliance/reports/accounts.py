"""Accounts that nobody uses, and keys by their age."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiKey, TokenFamily
from crm.compliance.entitlements import people_for
from crm.compliance.reports.shape import Cell, Facts, Period, Report, Row
from crm.core.actor import Actor

CHUNK = 2000
DORMANT_DAYS = 90


def _dormant(actor: Actor) -> "QuerySet[Any]":
    """Older than 90 days, and in that time neither signed in nor used by a key or an application."""
    since = timezone.now() - timedelta(days=DORMANT_DAYS)
    used = ApiKey.objects.filter(user=OuterRef("pk")).order_by().values("user").annotate(at=Max("last_used_at"))
    granted = TokenFamily.objects.filter(user=OuterRef("pk")).order_by().values("user").annotate(at=Max("last_used_at"))
    people = people_for(actor).filter(created_at__lt=since).filter(Q(last_login=None) | Q(last_login__lt=since))
    dated = people.annotate(key_at=Subquery(used.values("at")), token_at=Subquery(granted.values("at")))
    return dated.filter(Q(key_at=None) | Q(key_at__lt=since), Q(token_at=None) | Q(token_at__lt=since))


def _dormant_rows(actor: Actor, period: Period) -> Iterator[Row]:
    fields = ("full_name", "email", "role__label", "is_service", "created_at", "last_login", "key_at", "token_at")
    people = _dormant(actor).order_by(Coalesce("last_login", "created_at"), "pk").values_list(*fields)
    for name, email, role, is_service, *moments in people.iterator(chunk_size=CHUNK):
        yield name or email, email, role or "", _("program") if is_service else _("person"), *moments


DORMANT = Report(
    "dormant-accounts",
    gettext_lazy("Dormant accounts"),
    gettext_lazy("Active accounts that nobody signed in to, and no key or application used, for 90 days."),
    (
        Cell("person", gettext_lazy("Person"), 1.4),
        Cell("email", gettext_lazy("E-mail"), 2),
        Cell("role", gettext_lazy("Role"), 1.4),
        Cell("kind", gettext_lazy("Kind"), 0.8),
        Cell("created_at", gettext_lazy("Made"), 1.2),
        Cell("last_sign_in_at", gettext_lazy("Last sign-in"), 1.2),
        Cell("last_key_use_at", gettext_lazy("Last key use"), 1.2),
        Cell("last_token_use_at", gettext_lazy("Last application use"), 1.2),
    ),
    _dormant_rows,
    lambda actor, period: [(_("Dormant accounts"), _dormant(actor).count())],
    has_period=False,
)


def _keys(actor: Actor) -> "QuerySet[Any]":
    return ApiKey.objects.filter(user__in=people_for(actor).values("pk")).live(timezone.now())


def _key_rows(actor: Actor, period: Period) -> Iterator[Row]:
    now = timezone.now()
    fields = (
        "user__full_name",
        "user__email",
        "name",
        "hint",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
    )
    for name, email, key, hint, created, by, ends, used in (
        _keys(actor).order_by("created_at", "pk").values_list(*fields).iterator(chunk_size=CHUNK)
    ):
        yield name or email, key, f"…{hint}", (now - created).days, created, by, ends, used


def _key_totals(actor: Actor, period: Period) -> Facts:
    keys, now = _keys(actor), timezone.now()
    return [
        (_("Live keys"), keys.count()),
        (_("Older than 90 days"), keys.filter(created_at__lt=now - timedelta(days=90)).count()),
        (_("Never used"), keys.filter(last_used_at=None).count()),
    ]


KEY_AGES = Report(
    "key-ages",
    gettext_lazy("Ages of API keys"),
    gettext_lazy("Every live key, the oldest first, with its end and its last use."),
    (
        Cell("person", gettext_lazy("Person"), 1.4),
        Cell("name", gettext_lazy("Key"), 1.4),
        Cell("hint", gettext_lazy("Ends in"), 0.7),
        Cell("age_days", gettext_lazy("Age in days"), 0.8, numeric=True),
        Cell("created_at", gettext_lazy("Made"), 1.2),
        Cell("created_by", gettext_lazy("Made by"), 1.4),
        Cell("expires_at", gettext_lazy("Expires"), 1.2),
        Cell("last_used_at", gettext_lazy("Last used"), 1.2),
    ),
    _key_rows,
    _key_totals,
    has_period=False,
)
