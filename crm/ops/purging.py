"""What may be forgotten: each app registers how, `manage.py purge_expired` does it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import structlog
from django.db import models

from auditlog.services import record
from crm.core.actor import Actor

Purge = Callable[[datetime], int]

BATCH = 500

_purges: dict[str, Purge] = {}
log = structlog.get_logger("crm.purging")


def register_purge(name: str, purge: Purge) -> None:
    """`purge(at)` forgets what had expired by then and answers how much; called by crm.wiring only."""
    _purges[name] = purge


def purge_all(at: datetime) -> Iterator[tuple[str, int | None]]:
    """(name, how many) of each; None for one that failed, which does not keep the others from running.

    The trail tells what went, and how much of it.
    """
    actor = Actor.system("purge_expired").through("command")
    for name, purge in _purges.items():
        try:
            if count := purge(at):
                record(actor, "retention.purged", None, {name: (count, 0)})
            yield name, count
        except Exception:
            log.exception("purge_failed", name=name)
            yield name, None


def delete_in_batches(rows: models.QuerySet[Any]) -> int:
    """How many of these rows there were. Short transactions, so that nobody waits for a long one."""
    deleted = 0
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=pks).delete()
        deleted += len(pks)
    return deleted
