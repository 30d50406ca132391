"""Imports and what is to be said about single rows."""

from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.fields import LineField
from crm.core.ids import uuid7
from crm.core.records import Record
from crm.transfer.arrivals import FileFormat
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.leasing import Leased
from crm.transfer.schedules.models import ExportSchedule, ScheduledRun

__all__ = [
    "Export",
    "ExportSchedule",
    "ExportState",
    "ExportTemplate",
    "ImportMode",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "RowStatus",
    "ScheduledRun",
]


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    MAPPED = "mapped", _("Mapped")
    PREVIEWED = "previewed", _("Checked")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Stopped")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")

    @classmethod
    def ended(cls) -> "tuple[ImportState, ...]":
        return cls.FINISHED, cls.CANCELLED, cls.FAILED

    @classmethod
    def moving(cls) -> "tuple[ImportState, ...]":
        """Those that a worker of the background goes on with."""
        return cls.RUNNING, cls.UNDOING


class ImportMode(models.TextChoices):
    CREATE = "create", _("Add new records, leave existing ones alone")
    UPDATE = "update", _("Update existing records, add none")
    BOTH = "both", _("Add new records and update existing ones")


UNDO_KEPT = timedelta(days=30)


def stored_at(run: "ImportRun", name: str) -> str:
    """The uploaded name never reaches the disk."""
    return f"imports/{run.pk}.csv"


class ImportRun(Leased, Record):
    """One file on its way in. The owner is who imports; the team is where the records go.

    `file` is a table as CSV, whatever `format` was uploaded; `file_size` is the table's, `sha256` of the upload.
    `kind_counts` are {kind: {status: records}} where one row holds several kinds.
    `warnings` are {"code", "message"} about the file as a whole.
    `mapping` names our field per column ("" leaves it out). `position` and `line` say where the next chunk begins;
    they move in the chunk's own transaction. Where rows stand on others of the file, it is read in `rounds`,
    `round` being the one it is at (crm/transfer/ordering.py). Its events carry `trace_of_run`: all its writes can be
    found.
    """

    resource = models.CharField(max_length=20)
    source = models.CharField(max_length=20, default="csv")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    file = models.FileField(upload_to=stored_at, max_length=200, blank=True)
    format = models.CharField(max_length=10, choices=FileFormat, default=FileFormat.CSV)
    warnings = models.JSONField(default=list, blank=True)
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
    round = models.PositiveSmallIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=1)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    noted_count = models.PositiveIntegerField(default=0)
    linked_count = models.PositiveIntegerField(default=0)
    kind_counts = models.JSONField(default=dict, blank=True)
    removed_count = models.PositiveIntegerField(default=0)
    restored_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    RESOURCE: ClassVar[str] = "imports"

    class Meta:
        verbose_name = "import"
        indexes = [
            models.Index(fields=["created_at", "id"], name="import_created"),
            models.Index(fields=["team", "created_at", "id"], name="import_team_created"),
            models.Index(fields=["id"], name="import_running", condition=Q(state__in=("running", "undoing"))),
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
    def is_by_record(self) -> bool:
        """Rows are counted as sheet rows or cards, not as lines of the table they became."""
        return self.format != FileFormat.CSV

    @property
    def row_word(self) -> str:
        return str({FileFormat.XLSX: _("Row"), FileFormat.VCARD: _("Card")}.get(self.format, _("Line")))  # type: ignore[call-overload]

    @property
    def row_count(self) -> int:
        return self.created_count + self.updated_count + self.unchanged_count + self.skipped_count + self.failed_count

    @property
    def percent_done(self) -> int:
        """By bytes read; the position's low 64 bits are the place in the file."""
        if self.state == ImportState.FINISHED:
            return 100
        read = int(self.position or 0) & (2**64 - 1)
        to_read = self.file_size * self.rounds
        return min(99, (self.file_size * self.round + read) * 100 // to_read) if to_read else 0

    @property
    def may_go_on(self) -> bool:
        """It stopped before its end, and nothing of it was undone."""
        return self.state in (ImportState.CANCELLED, ImportState.FAILED) and not (
            self.removed_count or self.restored_count
        )

    @property
    def undone_until(self) -> datetime | None:
        """Until when it can be undone; None where there is nothing to undo, or no more."""
        if self.state not in ImportState.ended() or not self.finished_at:
            return None
        end = self.finished_at + UNDO_KEPT
        return end if end > timezone.now() and self.created_count + self.updated_count else None

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


class ImportChunk(models.Model):
    """What one transaction of an import wrote: `created` lists (model label, ids) in the order of writing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="chunks")
    created = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]
        indexes = [models.Index(fields=["run", "id"], name="import_chunk_open", condition=Q(undone_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.pk)


class ImportedUpdate(models.Model):
    """What an import changed in a record that was there: `changes` are {attribute: [before, after]} as JSON.

    `made` are {model label: ids} of rows that the change added. `undone_version` is the record's after it was undone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chunk = models.ForeignKey(ImportChunk, on_delete=models.CASCADE, related_name="updates")
    model = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    changes = models.JSONField(default=dict)
    made = models.JSONField(default=dict, blank=True)
    undone_version = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]

    def __str__(self) -> str:
        return f"{self.model} {self.record_id}"


class ConflictKind(models.TextChoices):
    EDITED = "edited", _("Changed since")
    USED = "used", _("Used since")
    GONE = "gone", _("No longer there")
    FORBIDDEN = "forbidden", _("Not yours to change")
    TAKEN = "taken", _("A value is taken")


class ConflictChoice(models.TextChoices):
    OPEN = "open", _("Left as it is")
    TAKEN_BACK = "taken_back", _("Taken back")


class ImportConflict(models.Model):
    """What undoing left alone, and why. Without `update` the import created the record.

    `details` are {field: [as the import left it, as it is now, as it was before]} or the names of what uses it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="conflicts")
    update = models.ForeignKey(ImportedUpdate, on_delete=models.CASCADE, null=True, related_name="conflicts")
    model = models.CharField(max_length=60)
    record_id = models.UUIDField()
    label = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=10, choices=ConflictKind)
    choice = models.CharField(max_length=10, choices=ConflictChoice, default=ConflictChoice.OPEN)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]
        indexes = [models.Index(fields=["run", "choice", "id"], name="import_conflict_open")]

    def __str__(self) -> str:
        return f"{self.label}: {self.kind}"
