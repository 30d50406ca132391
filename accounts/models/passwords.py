"""What a password must be, and which ones a person had before."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.records import Identified, SharedQuerySet

POLICY_ID = UUID(int=1)
SHORTEST, LONGEST = 8, 128
MOST_CLASSES = 4
MOST_REMEMBERED = 24
OLDEST_DAYS = 3650


def the_only_id() -> UUID:
    return POLICY_ID


class PasswordPolicy(Identified):
    """One row for the installation; until an administrator saves it, its defaults hold."""

    id = models.UUIDField(primary_key=True, default=the_only_id, editable=False)
    minimum_length = models.PositiveSmallIntegerField(
        default=12,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
        help_text=f"Characters, {SHORTEST} to {LONGEST}.",
    )
    required_classes = models.PositiveSmallIntegerField(
        "kinds of characters",
        default=3,
        validators=[MaxValueValidator(MOST_CLASSES)],
        help_text="How many of these four must occur: small letters, capitals, digits, other characters.",
    )
    refuse_common = models.BooleanField(
        "refuse passwords that everybody tries",
        default=True,
        help_text="A list of 20,000, also with digits or signs around them; digits alone; few different characters.",
    )
    refuse_similar = models.BooleanField(
        "refuse passwords similar to the person",
        default=True,
        help_text="Those that hold their name or e-mail address.",
    )
    remembered = models.PositiveSmallIntegerField(
        "former passwords that may not come back",
        default=5,
        validators=[MaxValueValidator(MOST_REMEMBERED)],
        help_text=f"The current one counts; 0 to {MOST_REMEMBERED}.",
    )
    maximum_age_days = models.PositiveSmallIntegerField(
        "days until it must be changed",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(OLDEST_DAYS)],
        help_text="Empty: never.",
    )

    RESOURCE: ClassVar[str] = "settings"
    WRITE_PERMISSION: ClassVar[str] = "settings:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "password policy"
        constraints = [
            models.CheckConstraint(condition=Q(pk=POLICY_ID), name="password_policy_once"),
            models.CheckConstraint(condition=Q(minimum_length__gte=SHORTEST), name="password_policy_not_shorter"),
        ]

    def __str__(self) -> str:
        return "Password policy"

    @classmethod
    def current(cls) -> "PasswordPolicy":
        return cls.objects.filter(pk=POLICY_ID).first() or cls()


class PasswordHistory(models.Model):
    """The hash of a password that was set, the current one included, so that it cannot come back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-set_at", "-pk"]
        verbose_name_plural = "password history"
        indexes = [models.Index(fields=["user", "-set_at"], name="password_history_user")]

    def __str__(self) -> str:
        return f"A password of {self.user} from {self.set_at:%Y-%m-%d}"
