"""Scheduled exports: which template runs when, where the file goes, and how each run went."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.fields import LineField
from crm.core.ids import uuid7
from crm.core.records import Identified
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.exports.models import Export, OwnQuerySet
from crm.transfer.schedules.cadence import Cadence, Every


class Destination(models.TextChoices):
    MAIL = "mail", _("E-mail with a link")
    S3 = "s3", _("S3 bucket")
    SFTP = "sftp", _("SFTP server")


class ScheduleState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")


class RunState(models.TextChoices):
    WRITING = "writing", _("File is written")
    DELIVERING = "delivering", _("Being delivered")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


OPEN = (RunState.WRITING, RunState.DELIVERING)


class ExportSchedule(Identified):
    """`rights` are those of the credential that saved it last, where that may less than its person.

    The hour is one of `time_zone`, which was its owner's when it was saved. Only an active one has a next run.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    template = models.ForeignKey(ExportTemplate, on_delete=models.SET_NULL, null=True, related_name="+")
    name = LineField(max_length=60)
    every = models.CharField(max_length=8, choices=Every, default=Every.DAILY)
    weekdays = models.JSONField(default=list, blank=True)
    month_day = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(31)])
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    time_zone = models.CharField(max_length=64)
    destination = models.CharField(max_length=5, choices=Destination, default=Destination.MAIL)
    rights = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=ScheduleState, default=ScheduleState.ACTIVE)
    stopped_because = models.TextField(blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True)

    RESOURCE: ClassVar[str] = "exports"
    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = "export schedule"
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="export_schedule_of_owner"),
            models.Index(fields=["next_run_at"], name="export_schedule_due", condition=Q(state="active")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="active", next_run_at__isnull=False)
                | (~Q(state="active") & Q(next_run_at__isnull=True)),
                name="export_schedule_active_has_next_run",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cadence(self) -> Cadence:
        return Cadence(self.every, self.hour, ZoneInfo(self.time_zone), tuple(self.weekdays), self.month_day)


class ScheduledRun(models.Model):
    """One for each local day that is due (`slot`), whoever sweeps; one that somebody asked for has no slot.

    `result` is for people: where the file went, or why it did not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schedule = models.ForeignKey(ExportSchedule, on_delete=models.CASCADE, related_name="runs")
    slot = models.DateField(null=True)
    export = models.ForeignKey(Export, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WRITING)
    file_name = models.CharField(max_length=200, blank=True)
    result = models.TextField(blank=True)
    started_at: Any = models.DateTimeField(default=timezone.now, editable=False)
    finished_at: Any = models.DateTimeField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "scheduled run"
        indexes = [
            models.Index(fields=["schedule", "started_at", "id"], name="scheduled_run_of_schedule"),
            models.Index(fields=["state"], name="scheduled_run_open", condition=Q(state__in=("writing", "delivering"))),
        ]
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="scheduled_run_once")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.slot or self.started_at.date()}"
