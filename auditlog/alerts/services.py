"""What people do about alerts and rules. Each leaves its entry on the alert and its event in the trail."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.alerts.actions import act_named, may_change
from auditlog.alerts.own import Closing, closing
from auditlog.models import Alert, AlertEntry, AlertState, AnomalyRule, Resolution
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes
from crm.core.errors import Conflict, Forbidden, invalid_field

LONGEST_COMMENT = 4000


@transaction.atomic
def alert_acknowledge(actor: Actor, pk: UUID | str, *, version: int | None = None, comment: str = "") -> Alert:
    """Somebody is at it. Raises NotFound, Forbidden, Stale, Conflict (`alert_closed`); twice is no fault."""
    alert = _open(actor, pk, version)
    if alert.state == AlertState.OPEN:
        _move(actor, alert, AlertState.ACKNOWLEDGED, comment)
    return alert


@transaction.atomic
def alert_close(
    actor: Actor, pk: UUID | str, *, resolution: str, comment: str = "", version: int | None = None
) -> Alert:
    """What fires again from now on is a new alert.

    Raises NotFound, Forbidden (`own_alert`), Stale, Conflict, Invalid (`comment`, where it is one's own and nobody
    else could close it).
    """
    alert = _open(actor, pk, version)
    _ensure_not_ones_own(actor, alert, comment)
    if resolution not in Resolution.values:
        raise invalid_field("resolution", f"One of {', '.join(Resolution.values)}.", "invalid_choice")
    alert.resolution, alert.closed_at = resolution, timezone.now()
    _move(actor, alert, AlertState.CLOSED, comment)
    return alert


@transaction.atomic
def alert_comment(actor: Actor, pk: UUID | str, *, comment: str, version: int | None = None) -> Alert:
    """Also on a closed one. Raises NotFound, Forbidden, Stale, Invalid."""
    alert = _fetch(actor, pk, version)
    if not comment.strip():
        raise invalid_field("comment", "Say something.", "required")
    _note(actor, alert, "commented", comment)
    record(actor, "alerts.commented", alert)
    return alert


@transaction.atomic
def alert_act(actor: Actor, pk: UUID | str, *, action: str, version: int | None = None) -> tuple[Alert, str]:
    """Ends sessions, revokes keys, bans an address …, and acknowledges. Answers the alert and what was done.

    Raises NotFound, Forbidden, Stale, Invalid, and whatever the act itself refuses (`last_superadmin` …): then nothing
    was done and nothing is recorded.
    """
    alert, act = _fetch(actor, pk, version), act_named(action)
    if act is None or not act.applies(alert):
        raise invalid_field("action", "This cannot be done about this alert.", "invalid_choice")
    ensure_may(actor, act.permission, alert)
    done = act.run(actor, alert)
    if alert.state == AlertState.OPEN:
        _move(actor, alert, AlertState.ACKNOWLEDGED, "")
    _note(actor, alert, act.name, done)
    record(actor, "alerts.acted_on", alert, {"action": (None, act.name), "done": (None, done)})
    return alert, done


@transaction.atomic
def rule_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> AnomalyRule:
    """Raises NotFound, Forbidden, Stale, Invalid."""
    rule = fetch_locked(AnomalyRule, actor, "write", pk, version)
    writes.apply(actor, rule, values)
    if (rule.opens is None) != (rule.closes is None) or (rule.opens and rule.closes and rule.opens >= rule.closes):
        raise invalid_field("closes", "Business closes after it opens; both, or neither.", "out_of_order")
    return rule


def _ensure_not_ones_own(actor: Actor, alert: Alert, comment: str) -> None:
    standing = closing(alert, actor)
    if standing is Closing.OTHERS:
        raise Forbidden("This alert is about you: somebody else has to close it.", code="own_alert")
    if standing is Closing.WITH_REASON and not comment.strip():
        raise invalid_field(
            "comment", "It is about you and nobody else can close it: say why it is closed.", "required"
        )


def _fetch(actor: Actor, pk: UUID | str, version: int | None) -> Alert:
    """The alert, locked. To see one is not yet to be in charge of it."""
    alert = fetch_locked(Alert, actor, "write", pk, version)
    if not may_change(actor, alert):
        raise Forbidden("Not allowed: this alert is beyond the reach of your security:write.")
    return alert


def _open(actor: Actor, pk: UUID | str, version: int | None) -> Alert:
    alert = _fetch(actor, pk, version)
    if alert.state == AlertState.CLOSED:
        raise Conflict("This alert is closed already.", code="alert_closed")
    return alert


def _move(actor: Actor, alert: Alert, state: AlertState, comment: str) -> None:
    before, alert.state = alert.state, state
    save_changes(alert, {"state", "resolution", "closed_at"})
    _note(actor, alert, str(state), comment)
    told = {"state": (before, str(state))}
    if comment.strip():
        told["comment"] = ("", comment.strip())
    record(actor, f"alerts.{state}", alert, told)


def _note(actor: Actor, alert: Alert, what: str, body: str) -> None:
    if len(body) > LONGEST_COMMENT:
        raise invalid_field("comment", f"At most {LONGEST_COMMENT} characters.", "max_length")
    values = {"actor_id": actor.id, "actor_label": actor.label[:255], "body": body.strip()}
    AlertEntry.objects.create(alert=alert, what=what, **values)
