"""Up to when what is due was looked at."""

from django.db import models


class ReminderMark(models.Model):
    """One row per source of reminders; it moves in the transaction that makes them."""

    source = models.CharField(max_length=30, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source}: {self.until:%Y-%m-%d %H:%M}"
