"""What people ask about their data, what was erased, and how long each kind of record is kept."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.fields import LineField
from crm.core.permissions import Reach
from crm.core.records import Identified, Record, SharedQuerySet

MONTHS = 12


class RequestKind(models.TextChoices):
    ACCESS = "access", _("Access")
    ERASURE = "erasure", _("Erasure")


class RequestState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class SubjectRequest(Record):
    """One person's request. `subjects` are the records that are this person: [["contact", id], …].

    It is answered within a month of its receipt (Article 12 (3) of the GDPR). After an erasure it names nobody.
    """

    kind = models.CharField(max_length=10, choices=RequestKind, default=RequestKind.ACCESS)
    person = LineField(_("person"), max_length=200, help_text=_("Name, e-mail address or phone number."))
    asked_by = LineField(_("asked by"), max_length=200, blank=True, help_text=_("If somebody else asks for them."))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    due_on = models.DateField(_("due"), editable=False)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN, editable=False)
    reason = LineField(max_length=255, blank=True, editable=False)
    subjects = models.JSONField(default=list, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "privacy"

    class Meta:
        verbose_name = _("subject request")
        indexes = [
            models.Index(fields=["team", "due_on", "id"], name="subject_request_team_due"),
            models.Index(fields=["due_on", "id"], name="subject_request_due"),
            models.Index(fields=["created_at", "id"], name="subject_request_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="refused_with_reason"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="subject_request_closed_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.due_on = a_month_after(timezone.localdate(self.received_at))
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last: 31 January is due on 28 February (Regulation 1182/71)."""
    year, month = day.year + day.month // MONTHS, day.month % MONTHS + 1
    for number in range(day.day, day.day - 4, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class WorkKind(models.TextChoices):
    SEARCH = "search", _("Search")
    EXPORT = "export", _("Export")
    ERASE = "erase", _("Erasure")


class WorkState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class OfRequestQuerySet(models.QuerySet[Any]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """What belongs to a request that the actor reaches; without a request, what retention did: the house's."""
        if actor.reach(f"privacy:{action}") is Reach.ALL:
            return self.all()
        return self.filter(request__in=SubjectRequest.objects.for_actor(actor, action).values("pk"))


def kept_at(work: "SubjectWork", name: str) -> str:
    return f"personal-data/{work.pk}.zip"


class SubjectWork(Identified):
    """What is done about a request outside of any page: looked for everywhere, exported, erased.

    `subjects` are the records it is about, as they were chosen then. From `reading_since` on events are read in
    the order of their ids, up to `position`; `event_ids` are those that name the person, so that nothing is read twice
    after a crash. `counts` are rows by kind, `samples` [[model, id, is it about them], …] of texts that change, `holds`
    the ids of those that forbid it.
    """

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="works")
    kind = models.CharField(max_length=10, choices=WorkKind)
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subjects = models.JSONField(default=list)
    reading_since = models.DateTimeField(default=timezone.now)
    position = models.UUIDField(null=True)
    events_read = models.PositiveBigIntegerField(default=0)
    event_ids = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    samples = models.JSONField(default=list)
    holds = models.JSONField(default=list)
    file = models.FileField(upload_to=kept_at, max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    fault = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "privacy"
    objects = OfRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("work on personal data")
        verbose_name_plural = _("works on personal data")
        indexes = [
            models.Index(fields=["request", "kind", "created_at"], name="subject_work_latest"),
            models.Index(fields=["created_at"], name="subject_work_open", condition=Q(finished_at__isnull=True)),
            models.Index(fields=["finished_at"], name="subject_work_kept", condition=~Q(file="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind", "started_by"],
                name="subject_work_once",
                condition=Q(finished_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running"), finished_at__isnull=True)
                | Q(state__in=("done", "failed"), finished_at__isnull=False),
                name="subject_work_ended_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None

    @property
    def found(self) -> int:
        """Rows that name the person, as far as it got."""
        return sum(self.counts.values()) or len(self.event_ids)

    @property
    def team_id(self) -> Any:
        return self.request.team_id


class RetentionKind(models.TextChoices):
    CONTACT = "contact", _("Contacts")
    LEAD = "lead", _("Leads")
    CUSTOMER = "customer", _("Individual customers")
    NOTE = "note", _("Notes")
    ACTIVITY = "activity", _("Activities")


class CountedFrom(models.TextChoices):
    ACTIVITY = "activity", _("Last activity")
    ARCHIVAL = "archival", _("Archival")


class RetentionAction(models.TextChoices):
    ARCHIVE = "archive", _("Archive")
    ERASE = "erase", _("Erase the person")
    DELETE = "delete", _("Delete for good")


PEOPLE = (RetentionKind.CONTACT, RetentionKind.LEAD, RetentionKind.CUSTOMER)


class RetentionPolicy(Identified):
    """What happens to a kind of record that nobody worked with for `keep_days`. Off until somebody switches it on."""

    kind = models.CharField(_("records"), max_length=10, choices=RetentionKind)
    action = models.CharField(_("then"), max_length=10, choices=RetentionAction)
    keep_days = models.PositiveIntegerField(
        _("keep for"), validators=[MinValueValidator(30), MaxValueValidator(36_500)], help_text=_("Days.")
    )
    counted_from = models.CharField(max_length=10, choices=CountedFrom, default=CountedFrom.ACTIVITY)
    basis = LineField(max_length=255, help_text=_("Why so long and no longer: a law, a contract, an interest."))
    is_enabled = models.BooleanField(_("in force"), default=False)

    RESOURCE: ClassVar[str] = "privacy"
    WRITE_PERMISSION: ClassVar[str] = "privacy:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("retention policy"), _("retention policies")
        constraints = [
            models.UniqueConstraint(fields=["kind", "action"], name="retention_policy_once"),
            models.CheckConstraint(
                condition=~Q(action="erase") | Q(kind__in=PEOPLE), name="retention_erases_people_only"
            ),
            models.CheckConstraint(
                condition=~(Q(action="archive") & Q(counted_from="archival")), name="retention_archives_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_action_display()}"

    def clean(self) -> None:
        if self.action == RetentionAction.ERASE and self.kind not in PEOPLE:
            message = _("Only people are erased; choose another action.")
            raise ValidationError({"action": ValidationError(message, code="not_a_person")})
        if self.action == RetentionAction.ARCHIVE and self.counted_from == CountedFrom.ARCHIVAL:
            message = _("What is archived already cannot be archived; count from the last activity.")
            raise ValidationError({"counted_from": ValidationError(message, code="archived_before")})


class Erasure(Identified):
    """The tombstone: nothing personal, only keyed hashes of ids, addresses and numbers, by which the person is
    known again in a restored copy or a new import.

    `counts` says how many rows of each kind changed, `digest` is the SHA-256 of the certificate. The hashes are rows
    of their own, so that an import finds one by an index.
    """

    request = models.OneToOneField(SubjectRequest, models.PROTECT, null=True, related_name="erasure")
    at = models.DateTimeField(default=timezone.now)
    by_label = models.CharField(max_length=255)
    counts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    RESOURCE: ClassVar[str] = "privacy"
    objects = OfRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="erasure_at")]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"

    @property
    def team_id(self) -> Any:
        return self.request.team_id if self.request else None


class ErasedHash(models.Model):
    erasure = models.ForeignKey(Erasure, models.CASCADE, related_name="hashes")
    hash = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.hash
