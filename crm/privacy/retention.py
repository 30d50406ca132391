"""How long each kind of record is kept: what a policy hits, and the nightly run that does exactly that."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from auditlog import writes
from auditlog.holds import held
from auditlog.sealing import seal_pending
from auditlog.services import last_words, record, record_many
from crm.core.actor import Actor
from crm.core.canaries import MayBeCanary
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Reach
from crm.privacy.erasing import erase_subjects
from crm.privacy.models import CountedFrom, RetentionAction, RetentionKind, RetentionPolicy
from customers.models import Contact, Customer, Lead, Note
from customers.models.choices import CustomerKind
from deals.models import Activity

MODELS: dict[str, type[Any]] = {
    RetentionKind.CONTACT: Contact,
    RetentionKind.LEAD: Lead,
    RetentionKind.CUSTOMER: Customer,
    RetentionKind.NOTE: Note,
    RetentionKind.ACTIVITY: Activity,
}
LAST_WORKED_ON = {
    RetentionKind.NOTE: F("updated_at"),
    RetentionKind.ACTIVITY: Coalesce("completed_at", "due_at", "updated_at"),
}
CHUNK = 200
MOST = 20_000


@transaction.atomic
def retention_policy_create(actor: Actor, **values: Any) -> RetentionPolicy:
    """Raises Forbidden, Invalid, Conflict (`already_exists`)."""
    _ensure_for_all(actor)
    return writes.create(actor, RetentionPolicy(), values)


@transaction.atomic
def retention_policy_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any
) -> RetentionPolicy:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    fetch_locked(RetentionPolicy, actor, "write", pk)  # what is not there is not found, whoever asks
    _ensure_for_all(actor)
    return writes.update(actor, RetentionPolicy, pk, values, version)


def _ensure_for_all(actor: Actor) -> None:
    """A policy holds in every team."""
    if actor.reach("privacy:write") is not Reach.ALL:
        raise Forbidden("A retention policy holds in every team; only who answers for all of them sets it.")


def hits(policy: RetentionPolicy, at: datetime) -> QuerySet[Any]:
    """Records that are past their time; none under a legal hold."""
    model = MODELS[policy.kind]
    rows = model._default_manager.all()
    if issubclass(model, MayBeCanary):
        rows = rows.filter(is_canary=False)
    if policy.kind == RetentionKind.CUSTOMER:
        rows = rows.filter(kind=CustomerKind.INDIVIDUAL)
    if policy.counted_from == CountedFrom.ARCHIVAL:
        rows = rows.filter(archived_at__lt=at - timedelta(days=policy.keep_days))
    else:
        since = LAST_WORKED_ON.get(RetentionKind(policy.kind), Coalesce("last_activity_at", "updated_at"))
        rows = rows.alias(since=since).filter(since__lt=at - timedelta(days=policy.keep_days))
    return _still_to_do(policy, rows).exclude(pk__in=held(policy.kind)).order_by("pk")


def _still_to_do(policy: RetentionPolicy, rows: QuerySet[Any]) -> QuerySet[Any]:
    if policy.action == RetentionAction.ARCHIVE:
        rows = rows.filter(archived_at__isnull=True)
        return rows.filter(converted_at__isnull=True) if policy.kind == RetentionKind.LEAD else rows
    if policy.action == RetentionAction.ERASE:
        return rows.filter(erased_at__isnull=True)
    return _unprotected(rows)


def _unprotected(rows: QuerySet[Any]) -> QuerySet[Any]:
    """What other records still need is not deleted."""
    for relation in rows.model._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            pointing = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.exclude(Exists(pointing))
    return rows


def apply_retention(actor: Actor, at: datetime) -> str:
    """Every policy in force, in chunks of their own transactions: what a crash left undone is done the next night."""
    done: Counter[str] = Counter()
    for policy in RetentionPolicy.objects.filter(is_enabled=True).order_by("created_at"):
        done[str(policy)] = policy_apply(actor, policy, at)
    return ", ".join(f"{name}: {number}" for name, number in done.items()) or "no policy is in force"


def policy_apply(actor: Actor, policy: RetentionPolicy, at: datetime) -> int:
    """How many records it changed."""
    number = 0
    pks = list(hits(policy, at).values_list("pk", flat=True)[:MOST])
    for start in range(0, len(pks), CHUNK):
        number += ACTS[RetentionAction(policy.action)](actor, policy, at, pks[start : start + CHUNK])
    if number:
        record(actor, "retention_policies.applied", policy, {policy.action: (None, number)})
    return number


def _chosen(policy: RetentionPolicy, at: datetime, pks: list[Any]) -> list[Any]:
    """Those that are still past their time, locked: somebody may have worked with one meanwhile."""
    still = hits(policy, at).filter(pk__in=pks).values("pk")
    rows = MODELS[policy.kind]._base_manager.filter(pk__in=still)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


@transaction.atomic
def _archive(actor: Actor, policy: RetentionPolicy, at: datetime, pks: list[Any]) -> int:
    rows = _chosen(policy, at, pks)
    now = timezone.now()
    chosen = MODELS[policy.kind]._base_manager.filter(pk__in=[row.pk for row in rows])
    chosen.update(archived_at=now, updated_at=now, version=F("version") + 1)
    return record_many(actor, f"{writes.event_word(MODELS[policy.kind]())}.archived", rows)


@transaction.atomic
def _delete(actor: Actor, policy: RetentionPolicy, at: datetime, pks: list[Any]) -> int:
    rows = _chosen(policy, at, pks)
    number = record_many(actor, f"{writes.event_word(MODELS[policy.kind]())}.deleted", rows, last_words)
    MODELS[policy.kind]._base_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return number


def _erase(actor: Actor, policy: RetentionPolicy, at: datetime, pks: list[Any]) -> int:
    """One by one: an erasure is a certificate of its own. One that a hold elsewhere forbids waits."""
    return sum(_erase_one(actor, policy, at, pk) for pk in pks)


def _erase_one(actor: Actor, policy: RetentionPolicy, at: datetime, pk: Any) -> int:
    seal_pending()
    try:
        with transaction.atomic():
            rows = _chosen(policy, at, [pk])
            for row in rows:
                erase_subjects(actor, [row], None)
            return len(rows)
    except Conflict:
        return 0


ACTS = {RetentionAction.ARCHIVE: _archive, RetentionAction.DELETE: _delete, RetentionAction.ERASE: _erase}
