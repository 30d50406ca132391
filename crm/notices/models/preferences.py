"""Which way somebody wants to be told of what, and when they want their peace."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

DEFAULT_DIGEST_HOUR = 8


class Mail(models.TextChoices):
    NONE = "none", _("No e-mail")
    NOW = "now", _("E-mail at once")
    DIGEST = "digest", _("In the daily summary")


class Preference(models.Model):
    """Without a row a kind is told as crm.notices.kinds says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    in_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.NONE)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user}"


class NoticeSettings(models.Model):
    """Hours are those of the person's own time zone. `digest_on` is the local day of their last summary."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(default=DEFAULT_DIGEST_HOUR, validators=[MaxValueValidator(23)])
    digest_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "notice settings"
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="notice_quiet_hours_are_whole",
            ),
            models.CheckConstraint(condition=Q(digest_hour__lte=23), name="notice_digest_hour"),
        ]

    def __str__(self) -> str:
        return f"Notifications of {self.user}"
