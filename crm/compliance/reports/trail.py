"""Reports from the audit trail: each reads the events of named actions in a period, by the index over both."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from auditlog import wording
from auditlog.models import AuditEvent
from crm.compliance.reports.shape import Cell, Facts, Period, Report, Row
from crm.core.actor import Actor
from crm.core.permissions import Reach
from crm.core.postgresql.replicas import reading_alias

CHUNK = 2000
LONGEST = 300

PERMISSION_ACTIONS = (
    *("roles.created", "roles.updated", "roles.deleted"),
    *("users.created", "users.updated", "users.moved", "users.factor_added", "users.factor_removed"),
    *("users.factor_reset", "users.unlocked", "users.signed_out_everywhere", "users.deleted"),
    *("teams.created", "teams.updated", "teams.deleted", "teams.members_changed"),
    *("invitations.created", "invitations.resent", "invitations.accepted", "invitations.withdrawn"),
    *("api_keys.created", "api_keys.updated", "api_keys.rotated", "api_keys.revoked", "api_keys.deleted"),
    *("clients.created", "clients.updated", "clients.secret_rotated", "clients.deleted"),
    *("tokens.issued", "tokens.revoked"),
    *("SSO_connections.created", "SSO_connections.updated", "SSO_connections.deleted"),
    *("sso_connections.secret_changed", "password_policies.updated"),
    *("access_reviews.started", "access_reviews.updated", "access_reviews.completed"),
    *("review_items.kept", "review_items.revoked", "review_items.reopened"),
)
EXPORT_ACTIONS = ("audit.exported", "audit.export_finished", "compliance.exported", "compliance.export_finished")
SIGN_INS, FAILURES, LOCKS = ("users.signed_in",), ("users.sign_in_failed", "users.factor_failed"), ("users.locked",)


def events(actor: Actor, period: Period, actions: Sequence[str]) -> "QuerySet[AuditEvent]":
    """With reach over everybody all of them; with a team's, those about its members; with one's own, one's own."""
    rows = AuditEvent.objects.using(reading_alias()).filter(action__in=actions, at__gte=period.start, at__lt=period.end)
    reach = actor.reach("compliance:read")
    if reach is Reach.ALL:
        return rows
    if reach is Reach.NONE or actor.id is None:
        return rows.none()
    members = Membership.objects.filter(team__in=actor.team_ids).values_list("user_id", flat=True)
    ids = {str(pk) for pk in members} if reach is Reach.TEAM else {str(actor.id)}
    return rows.filter(object_type="user", object_id__in=ids)


def _listed(actions: Sequence[str]) -> Any:
    def rows(actor: Actor, period: Period) -> Iterator[Row]:
        for event in events(actor, period, actions).order_by("at", "id").iterator(chunk_size=CHUNK):
            changes = wording.changes_for(event, actor)
            before, after = (_in_words(changes, side) for side in (0, 1))
            behind = f" ({event.on_behalf_of})" if event.on_behalf_of else ""
            subject = f"{wording.noun_of(event.object_type)} {event.object_label}".strip()
            yield event.at, f"{event.actor_label}{behind}", event.action, subject, before, after, event.address

    return rows


def _in_words(changes: dict[str, list[Any]], side: int) -> str:
    parts = (f"{name}: {_plain(pair[side])}" for name, pair in changes.items() if pair[side] not in (None, "", [], {}))
    text = "; ".join(parts)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return str(value)


def _totalled(actions: Sequence[str]) -> Any:
    def totals(actor: Actor, period: Period) -> Facts:
        counts = events(actor, period, actions).order_by().values_list("action").annotate(count=Count("pk"))
        return sorted(counts)

    return totals


LISTED = (
    Cell("at", gettext_lazy("When"), 1.3),
    Cell("by", gettext_lazy("Who"), 1.6),
    Cell("action", gettext_lazy("Did"), 1.6, words=wording.action_label),
    Cell("subject", gettext_lazy("To what"), 1.8),
    Cell("before", gettext_lazy("Before"), 2.2),
    Cell("after", gettext_lazy("After"), 2.2),
    Cell("address", gettext_lazy("From where"), 1.1),
)

PERMISSION_CHANGES = Report(
    "permission-changes",
    gettext_lazy("Permission changes"),
    gettext_lazy("Roles, teams, keys, applications, factors and sign-in settings that were changed, and by whom."),
    LISTED,
    _listed(PERMISSION_ACTIONS),
    _totalled(PERMISSION_ACTIONS),
    total_words=wording.action_label,
)

EXPORTS = Report(
    "data-exports",
    gettext_lazy("Data exports"),
    gettext_lazy("What left as a file: who took it, which part, and how many rows."),
    LISTED,
    _listed(EXPORT_ACTIONS),
    _totalled(EXPORT_ACTIONS),
    total_words=wording.action_label,
)


def _sign_ins(actor: Actor, period: Period) -> Iterator[Row]:
    """One row a day, the newest first; days on which nobody tried are left out."""
    found: dict[Any, list[int]] = {}
    for column, actions in enumerate((SIGN_INS, FAILURES, LOCKS)):
        some = events(actor, period, actions).annotate(day=TruncDate("at")).order_by().values_list("day")
        for day, count in some.annotate(count=Count("pk")):
            found.setdefault(day, [0, 0, 0])[column] = count
    for day in sorted(found, reverse=True):
        yield (day, *found[day])


def _sign_in_totals(actor: Actor, period: Period) -> Facts:
    labels = (_("Sign-ins"), _("Failures"), _("Lock-outs"))
    return [
        (label, events(actor, period, actions).count())
        for label, actions in zip(labels, (SIGN_INS, FAILURES, LOCKS), strict=True)
    ]


SIGN_IN_SUMMARY = Report(
    "sign-ins",
    gettext_lazy("Sign-ins and lock-outs"),
    gettext_lazy("How often people came in, failed to, and were locked out, day by day."),
    (
        Cell("day", gettext_lazy("Day")),
        Cell("sign_ins", gettext_lazy("Sign-ins"), numeric=True),
        Cell("failures", gettext_lazy("Failures"), numeric=True),
        Cell("lock_outs", gettext_lazy("Lock-outs"), numeric=True),
    ),
    _sign_ins,
    _sign_in_totals,
)
