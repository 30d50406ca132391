"""Leased work in the background: each turn is a delivery of the outbox; a job finds what nobody works on any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.outbox.errors import Deferred, Refused
from crm.outbox.models import Delivery
from crm.outbox.services import enqueue
from crm.transfer.errors import Busy, WrongState

# Seconds, well below the lease of a delivery; then the next one in the queue has its turn.
TURN = 120.0

log = structlog.get_logger("vouch.work")


@dataclass(frozen=True, slots=True)
class Driver:
    """`kind` names the deliveries, `word` the events. `turn` goes on with a run in one of the states `moving` for about
    so many seconds, with the rights of who ordered it; a run that cannot go on ends in the state `failed`."""

    kind: str
    word: str
    model: type[Any]
    moving: tuple[str, ...]
    turn: Callable[[Any, float], Any]
    failed: str = "failed"

    def later(self, run: Any) -> None:
        """One turn; asked again at the same place, it stays one."""
        place = f"{run.state}:{run.version}:{run.position}:{run.attempts}"
        enqueue(self.kind, {self.kind: str(run.pk)}, key=f"{self.kind}:{run.pk}:{place}")

    def send(self, delivery: Delivery, content: dict[str, Any]) -> None:
        """The transport: a delivery of this kind is a turn. Raises Deferred, Refused."""
        run = self.model.objects.filter(pk=content[self.kind]).first()
        if run is None or run.state not in self.moving:
            return
        try:
            run = self.turn(run, TURN)
        except (Busy, WrongState):
            return
        except OperationalError as error:
            raise Deferred(str(error)) from error
        except CrmError as refusal:
            self._give_up(run.pk, refusal.message)
            raise Refused(refusal.message) from refusal
        except Exception as error:
            log.exception(f"{self.kind}_failed", id=str(run.pk))
            self._give_up(run.pk, f"{type(error).__name__}: {error}")
            raise Refused(f"{type(error).__name__}: {error}") from error
        if run.state in self.moving:
            self.later(run)

    @transaction.atomic
    def _give_up(self, pk: UUID, fault: str) -> None:
        given_up = self.model.objects.filter(pk=pk, state__in=self.moving).update(
            state=self.failed,
            fault=fault[:1000],
            finished_at=Coalesce("finished_at", timezone.now()),
            lease=None,
            leased_until=None,
        )
        if given_up:
            run = self.model.objects.get(pk=pk)
            record(Actor.system(self.kind), f"{self.word}.failed", run, {"fault": (None, run.fault)})

    def pick_up(self, actor: Actor, at: datetime) -> str:
        """A job: whoever worked on these ended, or nobody began; they go on where they are."""
        left = list(self.model.unheld(at).filter(state__in=self.moving))
        for run in left:
            if run.leased_until is not None:
                record(actor, f"{self.word}.picked_up", run)
            self.later(run)
        return f"{len(left)} picked up"
