"""Mails about what somebody was told: at once, after their quiet hours, or in the summary of their day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.actor import Actor
from crm.core.formats import day as in_words
from crm.notices.channels import quiet_end
from crm.notices.kinds import KINDS
from crm.notices.mail_kinds import DIGEST
from crm.notices.models import Mail, NoticeSettings, Notification
from crm.notices.people import Reader, reader_of
from crm.notices.showing import readable
from crm.notices.timing import local_day, next_digest
from crm.outbox.mail import send

PEOPLE_AT_ONCE = 500
# A person with more than this has them in several looks, or counted in their summary.
MOST_AT_ONCE = 500
LISTED = 20
# More than so many at the same moment are one mail.
MOST_MAILS = 10


def notices_mail(actor: Actor, at: datetime) -> str:
    """A job: what is due is mailed, each person in a transaction of their own."""
    due = Notification.objects.filter(mail_due_at__lte=at).order_by("mail_due_at")
    people = list(dict.fromkeys(due.values_list("recipient", flat=True)[: PEOPLE_AT_ONCE * 10]))[:PEOPLE_AT_ONCE]
    return f"{sum(_mail_person(pk, at) for pk in people)} mails"


@transaction.atomic
def _mail_person(pk: UUID, at: datetime) -> int:
    """Their settings are locked first, so that two looks at the same moment send one summary."""
    NoticeSettings.objects.get_or_create(user_id=pk)
    own = NoticeSettings.objects.select_for_update().get(user=pk)
    reader = reader_of(pk)
    rows = list(Notification.objects.filter(recipient=pk, mail_due_at__lte=at).order_by("-shown_at")[:MOST_AT_ONCE])
    if reader is None:
        return _settle(rows)
    wanted = readable(reader.actor, [one for one in rows if not one.is_read])
    _settle([one for one in rows if one not in wanted])
    now = [one for one in wanted if one.mail == Mail.NOW]
    sent = _mail_now(reader, own, now, at)
    return sent + _mail_digest(reader, own, [one for one in wanted if one.mail == Mail.DIGEST], at)


def _mail_now(reader: Reader, own: NoticeSettings, rows: list[Notification], at: datetime) -> int:
    later = quiet_end(own, reader, at)
    if later > at:
        return _settle(rows, later)
    _settle(rows)
    if len(rows) > MOST_MAILS:
        _send_list(reader, rows, local_day(at, reader.zone), f"notices:{rows[0].pk}:{len(rows)}")
        return 1
    return sum(_send_one(reader, one) for one in rows)


def _send_one(reader: Reader, one: Notification) -> bool:
    letter = KINDS[one.kind].letter
    if letter is None:
        return False
    text = one.text if one.count == 1 else ""
    values: dict[str, Any] = {"title": one.heading, "text": text, "link": _page_of(one)}
    key = f"notice:{one.pk}:{one.count}"
    send(letter, reader.person.email, key_of_delivery=key, settings=_choices(), **values)
    return True


def _mail_digest(reader: Reader, own: NoticeSettings, rows: list[Notification], at: datetime) -> int:
    """One a local day, whatever hour and zone they chose meanwhile."""
    day = local_day(at, reader.zone)
    if not rows:
        return 0
    if own.digest_on is not None and own.digest_on >= day:
        return _settle(rows, next_digest(at, own.digest_hour, reader.zone))
    own.digest_on = day
    own.save(update_fields=["digest_on"])
    _send_list(reader, rows, day, f"digest:{reader.person.pk}:{day}")
    _settle(rows)
    return 1


def _send_list(reader: Reader, rows: list[Notification], day: date, key: str) -> None:
    said: dict[str, Any] = {"count": _counted(len(rows)), "day": in_words(day), "list": _lines(rows), "link": _list()}
    send(DIGEST, reader.person.email, key_of_delivery=key, settings=_choices(), **said)


def _settle(rows: list[Notification], later: datetime | None = None) -> int:
    Notification.objects.filter(pk__in=[one.pk for one in rows]).update(mail_due_at=later)
    return 0


def _lines(rows: list[Notification]) -> str:
    lines = [one.heading for one in rows[:LISTED]]
    more = len(rows) - LISTED
    return "\n".join([*lines, *([_("and %(count)s more") % {"count": more}] if more > 0 else [])])


def _counted(count: int) -> str:
    return ngettext("%(count)s notification", "%(count)s notifications", count) % {"count": count}


def _page_of(one: Notification) -> str:
    return settings.PUBLIC_URL + reverse("notices:open", args=[one.pk])


def _list() -> Any:
    return settings.PUBLIC_URL + reverse("notices:list")


def _choices() -> str:
    return str(settings.PUBLIC_URL + reverse("notices:settings"))
