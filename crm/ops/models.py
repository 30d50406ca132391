"""What operations remember: since when each key is known, how the jobs went, and which backups there are."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.records import Identified, SharedQuerySet

YEAR_IN_MINUTES = 366 * 24 * 60


class SeenKey(models.Model):
    """The moment a key of a ring was first seen by this installation; of the key itself only a fingerprint."""

    ring = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=32)
    first_seen = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ring", "fingerprint"], name="seen_key_once")]

    def __str__(self) -> str:
        return f"{self.ring} since {self.first_seen:%Y-%m-%d}"


class Job(Identified):
    """What an operator decides about a registered task, and its heartbeat: how it went last.

    Without `every_minutes` the task's own interval holds. `last_error` is empty once a run succeeds.
    """

    name = models.SlugField(max_length=40, unique=True, editable=False)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    every_minutes = models.PositiveIntegerField(
        _("every (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(YEAR_IN_MINUTES)],
        help_text=_("Empty: as often as it is meant to run."),
    )
    last_success_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    RESOURCE: ClassVar[str] = "settings"
    WRITE_PERMISSION: ClassVar[str] = "settings:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[Any]] = ["name"]

    def __str__(self) -> str:
        return self.name.replace("-", " ")

    def period(self, meant: timedelta) -> timedelta:
        """Whole days from one day on, because those follow the calendar."""
        wanted = timedelta(minutes=self.every_minutes) if self.every_minutes else meant
        return timedelta(days=wanted.days) if wanted.days else wanted


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        return self.all() if actor.may(Job.permission_to("read")) else self.none()


class JobRun(models.Model):
    """One run for one slot, whoever comes first. Not started: somebody asked for it. Its lease ends what hangs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.CharField(max_length=40)
    slot = models.DateTimeField()
    requested_by = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[Any]] = ["-slot", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["job", "slot"], name="job_run_once"),
            models.UniqueConstraint(
                fields=["job"],
                name="job_runs_alone",
                condition=Q(started_at__isnull=False, finished_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["slot"], name="job_run_waiting", condition=Q(started_at__isnull=True)),
            models.Index(fields=["finished_at"], name="job_run_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """pending, running, failed or done; one past its limit has failed, whether or not anybody noted it yet."""
        if self.started_at is None:
            return "pending"
        if self.finished_at is None:
            return "running" if self.lease_until and self.lease_until > timezone.now() else "failed"
        return "failed" if self.error else "done"


class BackupKind(models.TextChoices):
    SCHEDULED = "scheduled", _("By schedule")
    ASKED = "asked", _("Asked for")
    SAFETY = "safety", _("Before a restore")
    BASE = "base", _("Base for a point in time")


class BackupState(models.TextChoices):
    """`unsent`: whole on this machine's disk, and not yet where backups are kept."""

    ASKED = "asked", _("Asked for")
    RUNNING = "running", _("Running")
    UNSENT = "unsent", _("Not sent yet")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    REMOVED = "removed", _("Removed")


class BackupRun(Identified):
    """One backup, as this database knows it; the truth is the signed manifest where it is kept.

    `verified_at` is when it was last restored and compared; `finding` says what was wrong when that failed last.
    """

    name = models.CharField(max_length=40, blank=True, editable=False)
    kind = models.CharField(max_length=16, choices=BackupKind, default=BackupKind.SCHEDULED, editable=False)
    state = models.CharField(max_length=16, choices=BackupState, default=BackupState.ASKED, editable=False)
    requested_by = models.CharField(max_length=255, blank=True, editable=False)
    taken_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    size = models.BigIntegerField(null=True, editable=False)
    rows = models.BigIntegerField(null=True, editable=False)
    files = models.BigIntegerField(null=True, editable=False)
    is_encrypted = models.BooleanField(default=False, editable=False)
    error = models.TextField(blank=True, editable=False)
    verified_at = models.DateTimeField(null=True, editable=False)
    verify_asked_at = models.DateTimeField(null=True, editable=False)
    finding = models.TextField(blank=True, editable=False)

    RESOURCE: ClassVar[str] = "backups"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        ordering: ClassVar[list[Any]] = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="backup_name_once", condition=~Q(name="")),
            models.UniqueConstraint(fields=["state"], name="backup_runs_alone", condition=Q(state=BackupState.RUNNING)),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="backup_newest"),
            models.Index(fields=["-verified_at"], name="backup_verified", condition=Q(verified_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def waits_for_proof(self) -> bool:
        """Somebody asked for its verification, and it has not ended yet."""
        return self.verify_asked_at is not None
