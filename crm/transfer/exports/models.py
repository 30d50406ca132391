"""Exports: what was asked for, how far it is, and what can be said about the file."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.records import Identified


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class OwnQuerySet(models.QuerySet[Any]):
    """A file holds what one person may see: nobody else reaches it, whatever their role."""

    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        if actor.id is None or not actor.may(f"exports:{action}"):
            return self.none()
        return self.filter(owner_id=actor.id)


class Export(Identified):
    """`rights` are those of the credential it was ordered with, where that may less than its person.

    `manifest` is complete once it is done. `lease` says which process writes the file just now; whoever takes it over
    begins anew, so there is never half a file.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=20)
    format = models.CharField(max_length=10)
    filters = models.JSONField(default=dict)
    ids = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    rights = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    rows_total = models.PositiveBigIntegerField(null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    file = models.FileField(max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "exports"
    objects = OwnQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="export_owner_created"),
            models.Index(fields=["expires_at"], name="export_expires", condition=Q(state="done")),
            models.Index(
                fields=["leased_until"], name="export_unfinished", condition=Q(state__in=("queued", "running"))
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(finished_at__isnull=False) & ~Q(file="") & ~Q(sha256="")),
                name="export_done_has_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource}-{self.created_at:%Y-%m-%d-%H%M}"

    @property
    def is_open(self) -> bool:
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)

    @property
    def percent_done(self) -> int:
        if self.state == ExportState.DONE:
            return 100
        return min(99, self.rows_done * 100 // self.rows_total) if self.rows_total else 0
