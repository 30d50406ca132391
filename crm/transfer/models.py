"""Imports and what is to be said about single rows."""

from pathlib import PurePath
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.core.fields import LineField
from crm.core.ids import uuid7
from crm.core.records import Record


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    MAPPED = "mapped", _("Mapped")
    PREVIEWED = "previewed", _("Checked")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Stopped")


class ImportMode(models.TextChoices):
    CREATE = "create", _("Add new records, leave existing ones alone")
    UPDATE = "update", _("Update existing records, add none")
    BOTH = "both", _("Add new records and update existing ones")


def stored_at(run: "ImportRun", name: str) -> str:
    """The uploaded name never reaches the disk."""
    return f"imports/{run.pk}.csv"


class ImportRun(Record):
    """One file on its way in. The owner is who imports; the team is where the records go.

    `mapping` names our field per column ("" leaves it out). `position` and `line` say where the next chunk begins;
    they move in the chunk's own transaction. Its events carry `trace_of_run`, so that all its writes can be found.
    """

    resource = models.CharField(max_length=20)
    source = models.CharField(max_length=20, default="csv")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    file = models.FileField(upload_to=stored_at, max_length=200, blank=True)
    file_name = LineField(max_length=255)
    file_size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=20)
    encoding_certain = models.BooleanField(default=True)
    delimiter = models.CharField(max_length=1, default=",")
    headers = models.JSONField(default=list)
    header_digest = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=list)
    mode = models.CharField(max_length=10, choices=ImportMode, default=ImportMode.CREATE)
    options = models.JSONField(default=dict, blank=True)
    rehearsal = models.JSONField(default=dict, blank=True)
    position = models.CharField(max_length=40, default="0")
    line = models.PositiveBigIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    noted_count = models.PositiveIntegerField(default=0)
    linked_count = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)

    RESOURCE: ClassVar[str] = "imports"

    class Meta:
        verbose_name = "import"
        indexes = [
            models.Index(fields=["created_at", "id"], name="import_created"),
            models.Index(fields=["team", "created_at", "id"], name="import_team_created"),
            models.Index(fields=["owner", "header_digest", "created_at"], name="import_owner_headers"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="finished") | Q(finished_at__gte=F("started_at")), name="import_finished_has_moment"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def trace_of_run(self) -> str:
        return f"import-{self.pk}"

    @property
    def row_count(self) -> int:
        return self.created_count + self.updated_count + self.unchanged_count + self.skipped_count + self.failed_count

    @property
    def percent_done(self) -> int:
        """By bytes read; the position's low 64 bits are the place in the file."""
        if self.state == ImportState.FINISHED:
            return 100
        read = int(self.position or 0) & (2**64 - 1)
        return min(99, read * 100 // self.file_size) if self.file_size else 0

    @property
    def stem(self) -> str:
        return PurePath(self.file_name).stem or "import"


class RowStatus(models.TextChoices):
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class ImportRow(models.Model):
    """A row about which there is something to say; rows simply created have none.

    `reasons` are {"field", "code", "message"}; `cells` the original texts, long ones cut.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveBigIntegerField()
    status = models.CharField(max_length=10, choices=RowStatus)
    record_id = models.UUIDField(null=True)
    label = models.CharField(max_length=255, blank=True)
    reasons = models.JSONField(default=list)
    cells = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[Any]] = ["line"]
        indexes = [models.Index(fields=["run", "status", "line"], name="import_row_status")]
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="import_row_once")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.status}"
