"""What is to leave the house: a row in the sender's transaction is the truth, brokers are only how fast it happens."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.encryption import EncryptedTextField, Unreadable
from crm.core.ids import uuid7
from crm.core.permissions import Reach
from crm.core.trace import current_trace_id


class State(models.TextChoices):
    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Not sent: suppressed")
    CANCELLED = "cancelled", _("Cancelled")


FINISHED = (State.SENT, State.FAILED, State.SUPPRESSED, State.CANCELLED)


class Priority(models.IntegerChoices):
    """The lower the sooner: somebody waits for a link, nobody for a digest."""

    HIGH = 0, _("High")
    NORMAL = 5, _("Normal")
    LOW = 9, _("Low")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The mails an actor may look after: all, those of their teams, or those they sent themselves.

    What the product sends by itself belongs to no team.
    """

    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        reach, mails = actor.reach(f"emails:{action}"), self.filter(kind="mail")
        if reach is Reach.ALL:
            return mails
        if reach is Reach.TEAM:
            return mails.filter(team_id__in=actor.team_ids)
        return mails.filter(sent_by_id=actor.id) if reach is Reach.OWN and actor.id else self.none()


class Delivery(models.Model):
    """One message by one transport. Its id is the Message-ID or webhook id, the same at every try.

    `payload` is JSON text; of a sensitive one only `secret` holds it, encrypted and emptied once it is sent.
    `unfinished` counts tries in a row from which nothing came back, because their process ended. `topic` is the kind
    of mail, or the endpoint of a webhook; a mail that is not `is_transactional` is news, which whoever unsubscribed
    does not get. Of one `series` none is sent before those with a smaller id have ended. `retried_at` is when somebody
    asked for new tries. `trace_id` is that of the request it came from.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200, unique=True)
    recipient = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    payload = models.TextField(default="{}")
    secret = EncryptedTextField(blank=True, default="")
    topic = models.CharField(max_length=40, blank=True)
    series = models.CharField(max_length=80, blank=True)
    is_transactional = models.BooleanField(default=True)
    team_id = models.UUIDField(null=True, blank=True)
    sent_by_id = models.UUIDField(null=True, blank=True)
    is_sensitive = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    unfinished = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    retried_at = models.DateTimeField(null=True, blank=True)
    # The database's default is for a release that does not know the column yet.
    trace_id = models.CharField(max_length=64, blank=True, default=current_trace_id, db_default="", editable=False)

    # By the database's clock, of what `claim` gave.
    claimed_at: datetime | None = None
    # What a transport leaves to be written in the transaction that says how the try ended.
    at_end: Callable[[], object] | None = None

    RESOURCE: ClassVar[str] = "emails"
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["kind", "priority", "next_attempt_at"], name="delivery_due", condition=Q(state="pending")
            ),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=Q(state="processing")),
            models.Index(fields=["state", "finished_at"], name="delivery_finished"),
            models.Index(fields=["kind", "created_at", "id"], name="delivery_listed"),
            models.Index(fields=["kind", "state", "created_at", "id"], name="delivery_listed_by_state"),
            models.Index(fields=["team_id", "created_at", "id"], name="delivery_of_team"),
            models.Index(fields=["topic", "created_at", "id"], name="delivery_of_topic", condition=Q(kind="webhook")),
            models.Index(
                fields=["series", "id"],
                name="delivery_in_series",
                condition=Q(state__in=("pending", "processing")) & ~Q(series=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="processing") | Q(lease_token__isnull=False), name="delivery_processing_has_lease"
            ),
            models.CheckConstraint(
                condition=Q(is_sensitive=False) | Q(payload="{}"), name="delivery_sensitive_is_encrypted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject or self.key}"

    @classmethod
    def permission_to(cls, action: str) -> str:
        return f"{cls.RESOURCE}:{action}"

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    def fill(self, content: dict[str, Any]) -> None:
        """The id goes in, too, so that a ciphertext is of no use in another row."""
        if self.is_sensitive:
            self.secret = json.dumps([str(self.pk), content])
        else:
            self.payload = json.dumps(content)

    def content(self) -> dict[str, Any]:
        """Raises Unreadable for a secret that is gone or belongs to another row."""
        if not self.is_sensitive:
            plain: dict[str, Any] = json.loads(self.payload)
            return plain
        owner, content = json.loads(self.secret or '["", {}]')
        if owner != str(self.pk):
            raise Unreadable("The content was emptied, or belongs to another delivery.")
        return dict(content)
