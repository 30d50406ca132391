"""Two records that may be one, until somebody decides."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.core.records import Identified
from customers.models.merge import MergeKind, MergeQuerySet


class PairState(models.TextChoices):
    OPEN = "open", _("Open")
    DISMISSED = "dismissed", _("Not a duplicate")
    MERGED = "merged", _("Merged")


class DuplicatePair(Identified):
    """`reasons` are [[what, points], …], which add up to `score`; the ids are in order, so that a pair is one row."""

    kind = models.CharField(max_length=10, choices=MergeKind)
    team = models.ForeignKey(settings.TEAM_MODEL, on_delete=models.CASCADE, related_name="+")
    left_id = models.UUIDField()
    right_id = models.UUIDField()
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=PairState, default=PairState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    RESOURCE: ClassVar[str] = "customers"
    objects = MergeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["kind", "state", "score", "id"], name="pair_kind_state"),
            models.Index(fields=["team", "kind", "state", "score", "id"], name="pair_team_state"),
            models.Index(fields=["kind", "right_id"], name="pair_right"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "left_id", "right_id"], name="pair_once"),
            models.CheckConstraint(condition=Q(left_id__lt=F("right_id")), name="pair_in_order"),
            models.CheckConstraint(condition=Q(score__lte=100), name="pair_score_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} ≈ {self.right_id}"
