"""A mail on the record of whom it was exchanged with, for the eyes of its person alone until they share it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.fields import ProseField
from crm.core.records import Identified
from customers.models import Contact, Customer, Lead
from deals.models import Activity
from deals.models.choices import Direction

SUBJECTS = ("customer", "contact", "lead")


class LetterState(models.TextChoices):
    FILED = "filed", _("Filed")
    WAITING = "waiting", _("Not filed")
    DISMISSED = "dismissed", _("Put aside")


class LetterQuerySet(models.QuerySet["Letter"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """One's own, whatever the reach: neither a team nor an administrator reads along."""
        if actor.id is None or not actor.may(f"{self.model.RESOURCE}:{action}"):
            return self.none()
        return self.filter(person_id=actor.id)


class Letter(Identified):
    """A table of its own, so that nothing that reads activities can show one by mistake; `activity` is what it became
    when it was shared.

    `text` is plain, whatever the mail was. `attachments` are [{"name", "type", "size"}]. `why` says why nobody but
    its person can say where it belongs.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, editable=False)
    message_id = models.CharField(max_length=400, blank=True, editable=False)
    direction = models.CharField(max_length=10, choices=Direction)
    other = models.CharField(_("with"), max_length=320, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    text = ProseField(blank=True, max_length=50_000)
    attachments = models.JSONField(default=list)
    sent_at: Any = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.FILED)
    why = models.CharField(max_length=300, blank=True)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="letters")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="letters")
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, blank=True, related_name="letters")
    activity = models.OneToOneField(Activity, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)

    RESOURCE: ClassVar[str] = "activities"
    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            models.Index(fields=["person", "state", "created_at", "id"], name="letter_of_person"),
            models.Index(fields=["person", "message_id"], name="letter_in_thread"),
        ]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="letter_once")]

    def __str__(self) -> str:
        """What the trail calls it: nothing of what it says."""
        return str(_("a letter"))

    @property
    def title(self) -> str:
        return self.subject or str(_("(no subject)"))

    @property
    def about(self) -> Any:
        """The record it lies on."""
        return self.contact or self.lead or self.customer
