"""What somebody is told: one row per person, kind, subject and slot, whoever tells it and however often."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.notices.models.preferences import Mail

# Beyond so many unread ones nobody needs the number.
MOST_COUNTED = 1000


class NotificationQuerySet(models.QuerySet["Notification"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """One's own that are shown in the page; nobody reads what another was told, whatever their role."""
        if actor.id is None or not actor.may(f"notifications:{action}"):
            return self.none()
        return self.filter(recipient=actor.id, in_page=True)

    def shown(self, at: datetime) -> Self:
        """Without those that are put off until later."""
        return self.filter(shown_at__lte=at)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def count_up_to(self, most: int = MOST_COUNTED) -> int:
        """As many as there are, `most` at most: an index read of so many entries, however many rows there are.

        In the order of the index, or else PostgreSQL reads the table, where it expects to meet enough of them soon.
        """
        return self.order_by("shown_at", "id").values("pk")[:most].count()


class Notification(models.Model):
    """`about` and `slot` say what is told only once: a record and a moment, or the act that many records were part of.

    `link` is a path of the product. `count` is how many records it is about; the subject is empty where they are of
    several kinds. `shown_at` is when it came, or comes back after it was put off. `mail_due_at` is when a mail about it
    is due; empty once that was sent, or none is wanted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the planner would take it for the count, and read all that somebody ever was told.
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=255)
    text = models.CharField(max_length=500, blank=True)
    by_label = models.CharField(max_length=255, blank=True)
    link = models.CharField(max_length=255, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    about = models.CharField(max_length=120)
    slot = models.CharField(max_length=80, blank=True)
    count = models.PositiveIntegerField(default=1)
    in_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.NONE)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    shown_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    RESOURCE: ClassVar[str] = "notifications"
    objects: ClassVar[Any] = NotificationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["recipient", "shown_at", "id"], name="notice_listed", condition=Q(in_page=True)),
            models.Index(
                fields=["recipient", "shown_at", "id"],
                name="notice_unread",
                condition=Q(in_page=True, read_at__isnull=True),
            ),
            models.Index(fields=["recipient", "kind", "shown_at", "id"], name="notice_of_kind"),
            models.Index(fields=["mail_due_at"], name="notice_mail_due", condition=Q(mail_due_at__isnull=False)),
            models.Index(fields=["created_at"], name="notice_created"),
            models.Index(fields=["subject_id"], name="notice_subject"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["recipient", "kind", "about", "slot"], name="notice_once")
        ]

    def __str__(self) -> str:
        return self.heading

    @classmethod
    def permission_to(cls, action: str) -> str:
        return f"{cls.RESOURCE}:{action}"

    @property
    def heading(self) -> str:
        """Of many records it says how many, whichever was the first."""
        if self.count == 1:
            return self.title
        told = {"person": self.by_label or _("Somebody"), "count": f"{self.count:,}"}
        return _("%(person)s assigned %(count)s records to you") % told

    @property
    def version(self) -> str:
        """Changes with whatever is done to it; an ETag."""
        return f"{self.count}-{self.shown_at.timestamp():.0f}-{int(self.is_read)}"

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

    @property
    def snoozed_until(self) -> datetime | None:
        return self.shown_at if self.shown_at > timezone.now() else None
