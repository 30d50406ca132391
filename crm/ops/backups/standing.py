"""How backups stand: what the last verified one holds and how old that is, as health and the page tell first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from crm.ops.models import BackupRun, BackupState


@dataclass(frozen=True, slots=True)
class BackupStanding:
    """`last_at` and `proved_at` are the moments that the last backup, and the last verified one, show."""

    at: datetime
    last_at: datetime | None
    proved_at: datetime | None
    verified_at: datetime | None
    failed: BackupRun | None

    @property
    def age(self) -> timedelta | None:
        """Of what is proved to be there: what would be lost if everything else was."""
        return self.at - self.proved_at if self.proved_at else None

    @property
    def is_set(self) -> bool:
        return bool(settings.BACKUP_IS_SET)

    @property
    def needs_a_look(self) -> bool:
        """In production it does, too, when nobody ever said where backups go."""
        if not self.is_set:
            return bool(settings.PRODUCTION)
        return self.age is None or self.age > settings.BACKUP_VERIFIED_WITHIN


def standing(at: datetime | None = None) -> BackupStanding:
    """Two or three queries."""
    runs = BackupRun.objects
    last = runs.order_by("-created_at", "-id").first()
    done = runs.filter(state=BackupState.DONE, taken_at__isnull=False)
    newest = last if last and last.state == BackupState.DONE else done.order_by("-created_at", "-id").first()
    proved = done.filter(verified_at__isnull=False, finding="").order_by("-taken_at").first()
    return BackupStanding(
        at or timezone.now(),
        newest.taken_at if newest else None,
        proved.taken_at if proved else None,
        proved.verified_at if proved else None,
        last if last and last.state in (BackupState.FAILED, BackupState.UNSENT) else None,
    )
