"""Access reviews: what people had on the day one was started, and what its reviewers decided about each of it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.commitments import Committed
from crm.core.fields import LineField, ProseField
from crm.core.ids import uuid7
from crm.core.permissions import Reach
from crm.core.records import Identified


class Scope(models.TextChoices):
    EVERYBODY = "everybody", _("Everybody")
    TEAM = "team", _("One team")
    PRIVILEGED = "privileged", _("Privileged roles")


class ItemKind(models.TextChoices):
    ROLE = "role", _("Role")
    MEMBERSHIP = "membership", _("Team")
    API_KEY = "api_key", _("API key")
    OAUTH_GRANT = "oauth_grant", _("Application")


class Decision(models.TextChoices):
    KEEP = "keep", _("Keep")
    REVOKE = "revoke", _("Revoke")


class AccessReviewQuerySet(models.QuerySet["AccessReview"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Every review, or those of the actor's teams and those they were asked to decide."""
        reach = actor.reach(f"compliance:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.NONE or actor.id is None:
            return self.none()
        theirs = Q(pk__in=AccessReview.reviewers.through.objects.filter(user_id=actor.id).values("accessreview_id"))
        return self.filter(theirs | (Q(team__in=actor.team_ids) if reach is Reach.TEAM else Q(started_by=actor.id)))


class AccessReview(Identified):
    """Frozen twice: its items when it is started, its decisions when it is completed.

    `roles` are the grants of each role on that day, by its id: {"0198…": {"customers:read": "team"}}.
    `digest` is the SHA-256 of the decided items, and `sign_off` what the person who completed it put their name to.
    """

    name = LineField(_("name"), max_length=120, unique=True)
    scope = models.CharField(_("scope"), max_length=12, choices=Scope, default=Scope.EVERYBODY)
    team = models.ForeignKey(settings.TEAM_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("due"))
    reviewers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    roles = models.JSONField(default=dict, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    started_by_label = models.CharField(max_length=255, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    completed_by_label = models.CharField(max_length=255, blank=True, editable=False)
    sign_off = ProseField(max_length=2000, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "compliance"
    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "access review"
        indexes = [models.Index(fields=["-created_at", "-id"], name="access_review_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="team", team__isnull=False)
                | Q(scope__in=["everybody", "privileged"], team__isnull=True),
                name="access_review_scope_named",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None

    @property
    def state(self) -> str:
        """running, overdue or complete."""
        if self.is_complete:
            return "complete"
        return "overdue" if self.due_on < timezone.localdate() else "running"


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Those of the reviews that the actor reaches."""
        if actor.reach(f"compliance:{action}") is Reach.ALL:
            return self.all()
        return self.filter(review__in=AccessReview.objects.for_actor(actor, action).values("pk"))


class ReviewItem(Committed):
    """One thing that one person had. Kept in words, so that it says the same when person, team or key are gone.

    Once the review is complete, a change of anything shows: of what is personal by the commitment, of the rest by the
    digest of the review. Whoever is erased later leaves both as they were.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="items")
    person_id = models.UUIDField()
    person_label = models.CharField(max_length=255)
    person_email = models.CharField(max_length=254)
    kind = models.CharField(max_length=12, choices=ItemKind)
    target_id = models.CharField(max_length=64)
    label = models.CharField(max_length=255)
    detail = models.TextField(blank=True)
    is_privileged = models.BooleanField(default=False)
    granted_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=255, blank=True)
    last_used_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    comment = ProseField(max_length=2000, blank=True)
    outcome = models.CharField(max_length=255, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by_label = models.CharField(max_length=255, blank=True)

    RESOURCE: ClassVar[str] = "compliance"
    PERSONAL: ClassVar[tuple[str, ...]] = (
        *("person_label", "person_email", "label", "detail", "granted_by", "comment", "outcome", "decided_by_label"),
    )
    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        ordering = ["person_label", "person_id", "id"]
        verbose_name = "review item"
        indexes = [
            models.Index(fields=["review", "person_label", "id"], name="review_item_person"),
            models.Index(fields=["review", "decision", "person_label", "id"], name="review_item_decision"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="review_item_decided_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_label}: {self.label}"
