"""Every mutation of a lead source: lead_source_<action>(actor, …). A secret is answered by who makes it, once."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.ownership import ensure_assignable
from auditlog import writes
from auditlog.services import last_words, record
from crm.capture.errors import NoSecret, SubmissionsWaiting
from crm.capture.mapping import USUAL, checked_mapping
from crm.capture.models import Kind, LeadSource, State
from crm.core.actor import Actor
from crm.core.changes import ensure_may, ensure_may_assign, fetch_locked, save_changes
from crm.core.errors import invalid_field
from crm.core.fields import refuse_control_characters
from crm.webhooks.services import LONGEST_OVERLAP, USUAL_OVERLAP
from crm.webhooks.signing import new_secret
from customers.models import Lead

CHANGEABLE = {
    *("name", "owner", "mapping", "source", "intro", "thanks", "redirect_url", "allowed_origins"),
    *("consent_text", "consent_channel", "consent_required", "is_active"),
}
MOST_ORIGINS = 20


@transaction.atomic
def lead_source_create(
    actor: Actor, *, name: str, kind: str = Kind.FORM, id: UUID | None = None, **values: Any
) -> tuple[LeadSource, str]:
    """The source and, of an inbound webhook, its secret. Raises Invalid, Forbidden."""
    given = {"mapping": USUAL, "owner": None, **values, "name": name, "kind": kind}
    new = LeadSource(secret=new_secret() if kind == Kind.WEBHOOK else "")
    made = writes.create(actor, new, {"id": id, **_checked(kind, given)})
    _ensure_leads(actor, made)
    return made, made.secret


@transaction.atomic
def lead_source_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> LeadSource:
    """Raises as creation, NotFound, Stale."""
    source = fetch_locked(LeadSource, actor, "write", pk, version)
    if unknown := sorted(set(values) - CHANGEABLE):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    if writes.apply(actor, source, _checked(source.kind, values)):
        _ensure_leads(actor, source)
    return source


@transaction.atomic
def lead_source_rotate(
    actor: Actor, pk: UUID | str, *, overlap_hours: int = USUAL_OVERLAP, version: int | None = None,
    at: datetime | None = None,
) -> tuple[LeadSource, str]:  # fmt: skip
    """A new secret; the one before is accepted beside it for so many hours, the one before that no more.

    Raises NotFound, Forbidden, Stale, Invalid, NoSecret.
    """
    source = fetch_locked(LeadSource, actor, "write", pk, version)
    if not source.is_webhook:
        raise NoSecret()
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        raise invalid_field("overlap_hours", f"0 to {LONGEST_OVERLAP} hours.", "out_of_bounds")
    until = (at or timezone.now()) + timedelta(hours=overlap_hours)
    source.previous_secret = source.secret if overlap_hours else ""
    source.previous_secret_until = until if overlap_hours else None
    source.secret = new_secret()
    save_changes(source, {"secret", "previous_secret", "previous_secret_until"})
    record(actor, "lead_sources.rotated", source, {"previous_secret_until": (None, source.previous_secret_until)})
    return source, source.secret


@transaction.atomic
def lead_source_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """With its log; its leads stay. Raises NotFound, Forbidden, Stale, SubmissionsWaiting."""
    source = fetch_locked(LeadSource, actor, "delete", pk, version)
    if source.submissions.filter(state=State.REFUSED).exists():
        raise SubmissionsWaiting()
    record(actor, "lead_sources.deleted", source, last_words(source))
    source.delete()


def _checked(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Raises Invalid."""
    checked = dict(values)
    if "mapping" in checked:
        checked["mapping"] = checked_mapping(kind, checked["mapping"])
    if "allowed_origins" in checked:
        checked["allowed_origins"] = _origins(checked["allowed_origins"])
    if checked.get("redirect_url"):
        _refuse_odd_address(checked["redirect_url"])
    return checked


def _ensure_leads(actor: Actor, source: LeadSource) -> None:
    """Who opens a door for leads may make leads, and may give them to that person. Raises Forbidden, Invalid."""
    lead = Lead(team=source.team, owner=source.owner)
    ensure_may(actor, "leads:write", lead)
    if source.owner_id:
        ensure_may_assign(actor, lead, source.owner_id)
    ensure_assignable(lead)


def _origins(given: Any) -> list[str]:
    """`https://www.example.com`, as a browser names a site. Raises Invalid."""
    if not isinstance(given, list) or len(given) > MOST_ORIGINS:
        raise invalid_field("allowed_origins", f"A list of at most {MOST_ORIGINS} sites is expected.")
    return sorted({_origin(one) for one in given})


def _origin(text: Any) -> str:
    parts = _parts(text, "allowed_origins")
    host = parts.hostname.encode("idna").decode() if parts.hostname and parts.hostname.isascii() else ""
    if parts.path not in ("", "/") or parts.query or parts.fragment or not host:
        raise invalid_field("allowed_origins", "Write sites like https://www.example.com, without a path.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _refuse_odd_address(text: Any) -> None:
    """Nobody's own choice leads a visitor there, only the team's; still no scripts, no passwords."""
    address = text if not isinstance(text, str) or "://" in text else f"https://{text}"
    _parts(address, "redirect_url")


def _parts(text: Any, field: str) -> Any:
    try:
        parts = urlsplit(text if isinstance(text, str) else "")
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        refuse_control_characters(text)
    except Exception:
        is_web = False
    if not is_web or parts.username is not None or parts.password is not None or "\\" in text or " " in text:
        raise invalid_field(field, "Write an address like https://www.example.com.")
    return parts
