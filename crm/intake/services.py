"""Every mutation of a mailbox: mailbox_<action>(actor, …). A password is stored encrypted and shown to nobody."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes
from crm.core.errors import invalid_field
from crm.core.outgoing import AddressRefused, ensure_public
from crm.intake.imap import trusting
from crm.intake.models import Mailbox
from crm.intake.probing import send_probe
from crm.outbox.models import Delivery

CHANGEABLE = {"address", "host", "port", "username", "folder", "certificate", "person", "is_active"}
WHERE = {"host", "port", "username", "folder", "address"}
LONGEST_PASSWORD = 1000


@transaction.atomic
def mailbox_create(actor: Actor, *, password: str, id: UUID | None = None, **values: Any) -> Mailbox:
    """What arrived in the last week is read, too. Raises Forbidden, Invalid, Conflict."""
    new = Mailbox(id=id) if id else Mailbox()
    ensure_may(actor, new.permission_to("write"), new)
    _check(values)
    new.seal(_checked_password(password))
    return writes.create(actor, new, values)


@transaction.atomic
def mailbox_update(
    actor: Actor, pk: UUID | str, *, password: str = "", version: int | None = None, **values: Any
) -> Mailbox:
    """Without a password the one before stays, unless the server is another: nobody sends it elsewhere by a change.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict.
    """
    mailbox = fetch_locked(Mailbox, actor, "write", pk, version)
    if unknown := sorted(set(values) - CHANGEABLE):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    _check(values)
    if not password and values.get("host", mailbox.host) != mailbox.host:
        raise invalid_field("password", "Give the password again: the server is another.", "required")
    changes = writes.apply(actor, mailbox, values)
    if password:
        mailbox.seal(_checked_password(password))
        save_changes(mailbox, {"secret"})
        record(actor, "mailboxes.password_changed", mailbox)
    if WHERE & set(changes) or password or "is_active" in changes:
        _begin_anew(mailbox, WHERE & set(changes))
    return mailbox


@transaction.atomic
def mailbox_probe(actor: Actor, pk: UUID | str) -> Delivery:
    """A mail to it, which the next pull has to find. Raises NotFound, Forbidden."""
    mailbox = fetch_locked(Mailbox, actor, "write", pk)
    delivery = send_probe(mailbox)
    record(actor, "mailboxes.probed", mailbox)
    return delivery


@transaction.atomic
def mailbox_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """With its password and the list of what was looked at; letters stay. Raises NotFound, Forbidden, Stale."""
    mailbox = fetch_locked(Mailbox, actor, "delete", pk, version)
    record(actor, "mailboxes.deleted", mailbox, last_words(mailbox))
    mailbox.delete()


def _begin_anew(mailbox: Mailbox, where: set[str]) -> None:
    """Tried at once; in another place the numbers of messages are others, and nothing is proved."""
    mailbox.next_pull_at, mailbox.failures, mailbox.last_error = None, 0, ""
    if where:
        mailbox.uid_validity, mailbox.last_uid, mailbox.proved_at, mailbox.proof_seconds = 0, 0, None, None
    mailbox.save()


def _checked_password(password: str) -> str:
    if not password or len(password) > LONGEST_PASSWORD or any(one in password for one in "\r\n\0"):
        raise invalid_field("password", f"1 to {LONGEST_PASSWORD} characters in one line.", "invalid")
    return password


def _check(values: dict[str, Any]) -> None:
    """What can be said without asking the network; the address is judged at each connection. Raises Invalid."""
    if host := values.get("host"):
        _check_host(host)
    for name in ("username", "folder"):
        if not str(values.get(name, "x")).isascii():
            raise invalid_field(name, "Plain letters alone; a folder by its name on the server.", "invalid")
    if certificate := values.get("certificate"):
        try:
            trusting(certificate)
        except (OSError, ValueError):
            raise invalid_field("certificate", "This is no certificate in PEM form.", "invalid") from None


def _check_host(host: str) -> None:
    if any(one in host for one in "/:@ ") and host.count(":") < 2:
        raise invalid_field("host", "The name of the server alone.", "address_refused")
    if settings.MAILBOX_PRIVATE_HOSTS:
        return
    try:
        ensure_public(host)
    except AddressRefused as refusal:
        raise invalid_field("host", str(refusal), "address_refused") from None
    except ValueError:
        return  # a name: what it leads to is judged at each connection
