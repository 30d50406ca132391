"""Which way somebody is told of a kind, and when a mail about it may leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.notices.kinds import KINDS
from crm.notices.models import Mail, NoticeSettings, Preference
from crm.notices.people import Reader
from crm.notices.timing import after_quiet, next_digest


@dataclass(frozen=True, slots=True)
class Choice:
    in_page: bool
    mail: Mail

    @property
    def is_silent(self) -> bool:
        return not self.in_page and self.mail == Mail.NONE


def choices_of(person_id: UUID, kinds: Iterable[str] = KINDS) -> dict[str, Choice]:
    """Kind → what they chose, or the default. One query."""
    wanted = list(kinds)
    rows = Preference.objects.filter(user=person_id, kind__in=wanted)
    chosen = {row.kind: Choice(row.in_page, Mail(row.mail)) for row in rows}
    return {name: chosen.get(name) or Choice(True, KINDS[name].mail) for name in wanted}


def settings_of(person_id: UUID) -> NoticeSettings:
    """An unsaved row with the defaults where there is none."""
    return NoticeSettings.objects.filter(user=person_id).first() or NoticeSettings(user_id=person_id)


def mail_due(reader: Reader, mail: Mail, at: datetime) -> datetime | None:
    """When what is told at `at` may be mailed; None where no mail is wanted. One query."""
    if mail == Mail.NONE:
        return None
    own = settings_of(reader.person.pk)
    if mail == Mail.DIGEST:
        return next_digest(at, own.digest_hour, reader.zone)
    return quiet_end(own, reader, at)


def quiet_end(own: NoticeSettings, reader: Reader, at: datetime) -> datetime:
    """`at`, unless their quiet hours last longer."""
    return after_quiet(at, own.quiet_from, own.quiet_until, reader.zone)


def shown(own: Any) -> dict[str, Any]:
    return {name: getattr(own, name) for name in ("quiet_from", "quiet_until", "digest_hour")}
