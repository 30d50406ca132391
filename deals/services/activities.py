"""Writes to activities. What happens or is planned marks its subjects as recently worked on."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.ownership import ensure_assignable
from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import invalid_field
from customers.models import Contact, Customer
from deals.models import Activity
from deals.models.activity import DONE, SUBJECTS
from deals.models.choices import ActivityStatus, ActivityType


@transaction.atomic
def activity_create(
    actor: Actor, *, attendees: list[Contact] | None = None, at: datetime | None = None, **values: Any
) -> Activity:
    """Planned unless `status` says otherwise; without team it goes to its subject's. Raises Invalid, Forbidden."""
    at = at or timezone.now()
    activity = Activity()
    if values.get("status") in DONE:
        activity.completed_at = at
    writes.create(actor, activity, _in_team_of_subject(values))
    ensure_assignable(activity)
    _invite(actor, activity, attendees or [])
    _touch_subjects(activity, at)
    return activity


@transaction.atomic
def activity_update(
    actor: Actor,
    pk: UUID | str,
    *,
    version: int | None = None,
    attendees: list[Contact] | None = None,
    **values: Any,
) -> Activity:
    """`completed_at` follows `status`. Raises NotFound, Forbidden, Stale, Invalid."""
    activity = fetch_locked(Activity, actor, "write", pk, version)
    was_done = activity.is_done
    if "status" in values and (values["status"] in DONE) != was_done:
        values["completed_at"] = None if was_done else timezone.now()
    changes = writes.apply(actor, activity, values)
    if {"owner", "team"} & set(changes):
        ensure_assignable(activity)
    if attendees is not None:
        _invite(actor, activity, attendees)
    if activity.is_done and not was_done:
        _touch_subjects(activity, timezone.now())
    return activity


@transaction.atomic
def activity_complete(actor: Actor, pk: UUID | str, version: int | None = None, at: datetime | None = None) -> Activity:
    """A task becomes completed, anything else held; twice is once. Raises NotFound, Forbidden, Stale."""
    activity = fetch_locked(Activity, actor, "write", pk, version)
    if not activity.is_done:
        at = at or timezone.now()
        is_task = activity.type == ActivityType.TASK
        _settle(actor, activity, ActivityStatus.COMPLETED if is_task else ActivityStatus.HELD, at, "completed")
        _touch_subjects(activity, at)
    return activity


@transaction.atomic
def activity_reopen(actor: Actor, pk: UUID | str, version: int | None = None) -> Activity:
    """Planned again. Raises NotFound, Forbidden, Stale."""
    activity = fetch_locked(Activity, actor, "write", pk, version)
    if activity.status != ActivityStatus.PLANNED:
        _settle(actor, activity, ActivityStatus.PLANNED, None, "reopened")
    return activity


activity_archive = partial(writes.archive, Activity)
activity_restore = partial(writes.restore, Activity)
activity_delete = partial(writes.delete, Activity)


def _settle(actor: Actor, activity: Activity, status: str, at: datetime | None, word: str) -> None:
    before = activity.status
    activity.status, activity.completed_at = status, at
    save_changes(activity, {"status", "completed_at"})
    record(actor, f"activities.{word}", activity, {"status": (before, status)})


def _in_team_of_subject(values: dict[str, Any]) -> dict[str, Any]:
    subject = next(filter(None, (values.get(name) for name in reversed(SUBJECTS))), None)
    return {**values, "team": values.get("team") or subject.team} if subject else values


def _invite(actor: Actor, activity: Activity, attendees: list[Contact]) -> None:
    for contact in attendees:
        is_usable = actor.covers("contacts:read", contact) and not contact.is_archived
        if not is_usable or contact.team_id != activity.team_id:
            raise invalid_field("attendees", "There is no such record in this team.", "unknown_reference")
    before = {str(contact) for contact in activity.attendees.all()}
    activity.attendees.set(attendees)
    after = {str(contact) for contact in attendees}
    if before != after:
        record(actor, "activities.attendees_changed", activity, {"attendees": (sorted(before), sorted(after))})


def _touch_subjects(activity: Activity, at: datetime) -> None:
    """Without a new version: nobody's edit becomes stale because somebody called."""
    touched = {name: getattr(activity, name) for name in SUBJECTS}
    for subject in filter(None, touched.values()):
        _touch(type(subject), subject.pk, at)
    behind = touched["deal"] or touched["contact"]
    if touched["customer"] is None and behind and behind.customer_id:
        _touch(Customer, behind.customer_id, at)


def _touch(model: Any, pk: UUID, at: datetime) -> None:
    is_older = Q(last_activity_at__isnull=True) | Q(last_activity_at__lt=at)
    model.objects.filter(is_older, pk=pk).update(last_activity_at=at)
