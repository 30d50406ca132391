"""One act on many records: what was asked for, and what became of each record."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.records import Identified
from crm.transfer.leasing import Leased

UNDO_KEPT = timedelta(days=30)


class BulkState(models.TextChoices):
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Stopped")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")

    @classmethod
    def ended(cls) -> "tuple[BulkState, ...]":
        return cls.FINISHED, cls.CANCELLED, cls.FAILED

    @classmethod
    def moving(cls) -> "tuple[BulkState, ...]":
        return cls.RUNNING, cls.UNDOING


class OwnQuerySet(models.QuerySet[Any]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """One's own: what stayed and why is told with the eyes of who asked for it."""
        return self.filter(owner_id=actor.id) if actor.id else self.none()


class BulkRun(Leased, Identified):
    """`values` are what the act needs, as JSON (`{"status": "active"}`, `{"label": id}`); `about` says it in words.

    `filters` are the parameters of the list whose matching records were taken; None where somebody ticked them. The
    records are named when it is ordered; when their turn comes they must still match. `settled_count` is how many
    were done when those that others stood in the way of were tried last.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=20)
    action = models.CharField(max_length=20)
    values = models.JSONField(default=dict, blank=True)
    about = models.CharField(max_length=255, blank=True)
    filters = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=BulkState, default=BulkState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    stayed_count = models.PositiveIntegerField(default=0)
    undone_count = models.PositiveIntegerField(default=0)
    conflict_count = models.PositiveIntegerField(default=0)
    settled_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "customers"
    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = "bulk change"
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="bulk_owner_created"),
            models.Index(fields=["created_at"], name="bulk_created"),
            models.Index(fields=["id"], name="bulk_moving", condition=Q(state__in=("running", "undoing"))),
        ]

    def __str__(self) -> str:
        return self.about

    @property
    def handled_count(self) -> int:
        return self.done_count + self.unchanged_count + self.stayed_count

    @property
    def position(self) -> int:
        """Moves with every chunk, in either direction."""
        return self.handled_count + self.undone_count + self.conflict_count + self.settled_count

    @property
    def percent_done(self) -> int:
        """Of the way forth, or of the way back while that lasts."""
        if self.state == BulkState.UNDOING:
            return (self.undone_count + self.conflict_count) * 100 // max(1, self.done_count)
        return self.handled_count * 100 // max(1, self.total)

    @property
    def trace_of_run(self) -> str:
        return f"bulk-{self.pk}"

    @property
    def undone_until(self) -> datetime | None:
        """None where there is nothing to undo, or no more."""
        if self.state not in BulkState.ended() or self.finished_at is None or self.action == "delete":
            return None
        end = self.finished_at + UNDO_KEPT
        return end if end > timezone.now() and self.done_count else None


class ItemState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Changed")
    UNCHANGED = "unchanged", _("Was so before")
    STAYED = "stayed", _("Stayed as it was")
    UNDONE = "undone", _("Undone")
    CONFLICT = "conflict", _("Not undone")


class BulkItem(models.Model):
    """`changes` are {attribute: [before, after]} as JSON, `made` {model label: ids} of rows that the act added.

    `code` and `reason` say why it stayed, or was not undone; `label` names it as far as who asked may see it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items")
    record_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.WAITING)
    label = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    undone_version = models.PositiveIntegerField(null=True)

    # Of what record it is, as `apps.get_model` takes it: said by the run's resource, and set for who undoes it.
    model: str = ""

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]
        indexes = [models.Index(fields=["run", "state", "id"], name="bulk_item_state")]
        constraints = [models.UniqueConstraint(fields=["run", "record_id"], name="bulk_item_once")]

    def __str__(self) -> str:
        return f"{self.label or self.record_id}: {self.state}"
