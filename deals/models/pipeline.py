"""Pipelines and their ordered stages: the company's way of selling, shared by all teams."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from crm.core.fields import LineField
from crm.core.records import Identified, SharedQuerySet
from deals.models.choices import DealStatus

# The largest that PostgreSQL keeps in a small integer; SQLite would take more.
LARGEST_POSITION = MaxValueValidator(32_767)


class Pipeline(Identified):
    name = LineField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(default=0, validators=[LARGEST_POSITION])
    is_default = models.BooleanField(default=False)

    RESOURCE: ClassVar[str] = "deals"
    WRITE_PERMISSION: ClassVar[str] = "settings:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="pipeline_one_default")
        ]

    def __str__(self) -> str:
        return self.name


class Stage(Identified):
    """`status` is what a deal becomes on entering the stage; `probability` is in percent."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    name = LineField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, validators=[LARGEST_POSITION])
    probability = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    status = models.CharField(max_length=10, choices=DealStatus, default=DealStatus.OPEN)

    RESOURCE: ClassVar[str] = "deals"
    WRITE_PERMISSION: ClassVar[str] = "settings:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["pipeline__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_name_once"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_to_100"),
        ]

    def __str__(self) -> str:
        return self.name
