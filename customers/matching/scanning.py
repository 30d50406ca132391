"""Looks for duplicates in whole teams: every night, and once an import has ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import transaction

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.bulk import insert_many
from crm.ops.job_services import run_soon
from customers.matching.blocking import pairs
from customers.matching.scoring import ENOUGH, Reasons, reasons, score
from customers.matching.traits import COLUMNS, Traits, traits_of
from customers.models import Contact, Customer, DuplicatePair, Lead
from customers.models.duplicate_pair import PairState
from customers.models.merge import MergeKind

JOB = "duplicates"
CHUNK = 5000
KINDS: dict[MergeKind, type[Any]] = {
    MergeKind.CUSTOMER: Customer,
    MergeKind.CONTACT: Contact,
    MergeKind.LEAD: Lead,
}
Found = dict[tuple[UUID, UUID], Reasons]


def find_duplicates(actor: Actor, at: datetime) -> str:
    """The job: every team and kind in a transaction of its own, so that what a crash left is done by the next run."""
    teams = list(apps.get_model(settings.TEAM_MODEL)._default_manager.order_by("pk").values_list("pk", flat=True))
    found = {kind: sum(scan(actor, kind, team) for team in teams) for kind in KINDS}
    return ", ".join(f"{kind.value}s: {count}" for kind, count in found.items())


def scan(actor: Actor, kind: MergeKind, team: UUID) -> int:
    """How many pairs of the team are open now. What somebody decided stays decided."""
    found = _found(_records(actor, KINDS[kind], team))
    with transaction.atomic():
        known = {(one.left_id, one.right_id): one for one in DuplicatePair.objects.filter(kind=kind, team_id=team)}
        _forget(one for key, one in known.items() if one.state == PairState.OPEN and key not in found)
        _add(kind, team, {key: why for key, why in found.items() if key not in known})
        _update(one for key, one in known.items() if key in found and _rescored(one, found[key]))
    return DuplicatePair.objects.filter(kind=kind, team_id=team, state=PairState.OPEN).count()


def _records(actor: Actor, model: type[Any], team: UUID) -> list[Traits]:
    """Those that people work with: not archived, no canaries, no converted leads."""
    rows = model.objects.for_actor(actor).active().filter(team_id=team)
    if model is Lead:
        rows = rows.filter(converted_at__isnull=True)
    values = rows.order_by("pk").values_list(*COLUMNS[model])
    return [traits_of(model, row) for row in values.iterator(chunk_size=CHUNK)]


def _found(records: list[Traits]) -> Found:
    looked_at = ((one.pk, other.pk, reasons(one, other)) for one, other in pairs(records))
    return {(left, right): why for left, right, why in looked_at if score(why) >= ENOUGH}


def _forget(gone: Iterable[DuplicatePair]) -> None:
    pks = [one.pk for one in gone]
    for start in range(0, len(pks), CHUNK):
        DuplicatePair.objects.filter(pk__in=pks[start : start + CHUNK]).delete()


def _add(kind: MergeKind, team: UUID, new: Found) -> None:
    own = {"kind": kind, "team_id": team}
    made = [
        DuplicatePair(**own, left_id=left, right_id=right, score=score(why), reasons=list(map(list, why)))
        for (left, right), why in new.items()
    ]
    for start in range(0, len(made), CHUNK):
        insert_many(DuplicatePair, made[start : start + CHUNK])


def _rescored(pair: DuplicatePair, why: Reasons) -> bool:
    told = [list(one) for one in why]
    is_new = pair.reasons != told
    pair.reasons, pair.score = told, score(why)
    return is_new


def _update(changed: Iterable[DuplicatePair]) -> None:
    DuplicatePair.objects.bulk_update(list(changed), ["reasons", "score"], batch_size=500)


def import_ended(event: AuditEvent, subject: Any) -> None:
    """An observer of the trail: an import brings what is there already more often than anything else."""
    if event.action == "imports.finished" and getattr(subject, "resource", "") in {f"{kind}s" for kind in KINDS}:
        run_soon(JOB, event.actor_label)
