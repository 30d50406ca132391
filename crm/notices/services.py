"""What somebody does with what they were told, and how they want to be told: notice_<action>(actor, …)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Forbidden, NotFound, from_validation_error, invalid_field
from crm.notices.channels import Choice, choices_of, shown
from crm.notices.kinds import KINDS
from crm.notices.models import Mail, NoticeSettings, Notification, Preference
from crm.notices.people import zone_of
from crm.notices.timing import Snooze, snoozed_until

SETTINGS = ("quiet_from", "quiet_until", "digest_hour")


@transaction.atomic
def notice_read(actor: Actor, pk: UUID | str, *, at: datetime | None = None) -> Notification:
    """Twice is once. Raises NotFound for what is not one's own."""
    notice = _own(actor, pk)
    if notice.read_at is None:
        notice.read_at = at or timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def notice_unread(actor: Actor, pk: UUID | str) -> Notification:
    """Raises NotFound."""
    notice = _own(actor, pk)
    notice.read_at = None
    notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def notices_read_all(actor: Actor, *, kind: str = "", at: datetime | None = None) -> int:
    """Those that are shown by now, of one kind or of all; what is put off stays so. Raises Invalid."""
    at = at or timezone.now()
    rows = Notification.objects.for_actor(actor, "write").unread().shown(at)
    if kind:
        rows = rows.filter(kind=_known(kind, "kind"))
    return int(rows.update(read_at=at))


@transaction.atomic
def notice_snooze(actor: Actor, pk: UUID | str, until: str, *, at: datetime | None = None) -> Notification:
    """`until` is one of Snooze; it comes back then, unread and on top. Raises NotFound, Invalid."""
    if until not in Snooze.values:
        raise invalid_field("until", f"One of: {', '.join(Snooze.values)}.", "invalid_choice")
    notice = _own(actor, pk)
    notice.shown_at = snoozed_until(until, at or timezone.now(), zone_of(notice.recipient))
    notice.read_at = None
    notice.save(update_fields=["shown_at", "read_at"])
    return notice


@transaction.atomic
def notice_preferences_update(
    actor: Actor, *, kinds: Mapping[str, Mapping[str, Any]] | None = None, **values: Any
) -> NoticeSettings:
    """`kinds` are {kind: {"in_page", "mail"}}; those left out stay. Hours: `quiet_from`, `quiet_until`, `digest_hour`.

    Raises Forbidden, Invalid.
    """
    if actor.id is None or not actor.may("notifications:write"):
        raise Forbidden("Not allowed: only a person chooses what they are told.")
    own = _locked_settings(actor.id)
    changes = _chosen(actor.id, kinds or {}) | _set(own, values)
    if changes:
        person = get_user_model()._default_manager.get(pk=actor.id)
        record(actor, "notifications.preferences_changed", person, changes)
    return own


def _own(actor: Actor, pk: UUID | str) -> Notification:
    rows = Notification.objects.for_actor(actor, "write").select_related("recipient")
    try:
        return cast(Notification, rows.select_for_update(of=("self",)).get(pk=pk))
    except (Notification.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


def _locked_settings(person_id: UUID) -> NoticeSettings:
    NoticeSettings.objects.get_or_create(user_id=person_id)
    return NoticeSettings.objects.select_for_update().get(user=person_id)


def _chosen(person_id: UUID, kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    before = choices_of(person_id)
    for name, asked in kinds.items():
        old = before[_known(name, "kinds")]
        new = _choice(name, old, asked)
        if new != old:
            values = {"in_page": new.in_page, "mail": new.mail}
            Preference.objects.update_or_create(user_id=person_id, kind=name, defaults=values)
            changes[name] = (_in_words(old), _in_words(new))
    return changes


def _choice(name: str, old: Choice, asked: Mapping[str, Any]) -> Choice:
    if unknown := sorted(set(asked) - {"in_page", "mail"}):
        raise invalid_field(f"kinds.{name}.{unknown[0]}", "There is no such field.", "unknown_field")
    mail, in_page = asked.get("mail", old.mail), asked.get("in_page", old.in_page)
    if mail not in Mail.values or (mail != Mail.NONE and not KINDS[name].is_mailed):
        allowed = Mail.values if KINDS[name].is_mailed else [Mail.NONE.value]
        raise invalid_field(f"kinds.{name}.mail", f"One of: {', '.join(allowed)}.", "invalid_choice")
    if not isinstance(in_page, bool):
        raise invalid_field(f"kinds.{name}.in_page", "true or false.", "invalid")
    return Choice(in_page, Mail(mail))


def _set(own: NoticeSettings, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    if unknown := sorted(set(values) - set(SETTINGS)):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    before = shown(own)
    for name, value in values.items():
        setattr(own, name, value)
    _ensure_whole(own)
    changes = {name: (before[name], getattr(own, name)) for name in values if before[name] != getattr(own, name)}
    own.save()
    return changes


def _ensure_whole(own: NoticeSettings) -> None:
    try:
        own.clean_fields(exclude=["user"])
    except ValidationError as error:
        raise from_validation_error(error) from None
    if (own.quiet_from is None) != (own.quiet_until is None):
        missing = "quiet_until" if own.quiet_until is None else "quiet_from"
        raise invalid_field(missing, "Quiet hours have a beginning and an end.", "required")
    if own.quiet_from is not None and own.quiet_from == own.quiet_until:
        raise invalid_field("quiet_until", "They would be over at once; choose another hour.", "invalid")


def _known(kind: str, field: str) -> str:
    if kind not in KINDS:
        raise invalid_field(field, f"One of: {', '.join(KINDS)}.", "invalid_choice")
    return kind


def _in_words(choice: Choice) -> str:
    return f"{'in the page' if choice.in_page else 'not in the page'}, {choice.mail.label}"
