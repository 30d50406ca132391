"""The words of a mail: changed by an administrator, put back as shipped, tried on oneself."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.errors import Forbidden, Invalid, Stale, invalid_field
from crm.core.ids import uuid7
from crm.mailroom.errors import NoSuchMail
from crm.outbox.mail import enqueue_written
from crm.outbox.mail_kinds import KINDS, MailKind
from crm.outbox.mail_writing import Wording, faults, shipped, write_as
from crm.outbox.models import Delivery, MailTemplate, Priority

FIELDS = ("subject", "text", "html")


@dataclass(frozen=True, slots=True)
class Standing:
    """A kind of mail with the words that are sent now; `row` where an administrator changed them."""

    kind: MailKind
    row: MailTemplate | None

    @property
    def wording(self) -> Wording:
        return Wording(self.row.subject, self.row.text, self.row.html) if self.row else shipped(self.kind)

    @property
    def version(self) -> int:
        """0 as shipped."""
        return self.row.version if self.row else 0


def standings(actor: Actor) -> list[Standing]:
    """By name, one query."""
    rows = {row.name: row for row in MailTemplate.objects.for_actor(actor)}
    return [Standing(KINDS[name], rows.get(name)) for name in sorted(KINDS)]


def standing_of(actor: Actor, name: str) -> Standing:
    """Raises NotFound (`unknown_mail`)."""
    return Standing(kind_named(name), MailTemplate.objects.for_actor(actor).filter(name=name).first())


def kind_named(name: str) -> MailKind:
    if name not in KINDS:
        raise NoSuchMail()
    return KINDS[name]


@transaction.atomic
def mail_template_update(actor: Actor, name: str, *, version: int | None = None, **values: Any) -> MailTemplate:
    """`subject`, `text`, `html`; from the next mail on. `version` 0 is the wording as shipped.

    Raises NotFound, Forbidden, Stale, Invalid (`template_fault` at the field, with the line).
    """
    kind, row = kind_named(name), _locked(actor, name, version)
    _check(kind, row, values)
    if row is not None:
        writes.apply(actor, row, values)
        return row
    given = shipped(kind)
    whole = {one: values.get(one, getattr(given, one)) for one in FIELDS}
    return writes.create(actor, MailTemplate(name=name), whole)


@transaction.atomic
def mail_template_reset(actor: Actor, name: str, *, version: int | None = None) -> None:
    """Back to the words it was shipped with; the trail keeps those that go. Twice is no fault.

    Raises NotFound, Forbidden, Stale.
    """
    kind_named(name)
    row = _locked(actor, name, version)
    if row is not None:
        record(actor, "mail_templates.reset", row, last_words(row))
        row.delete()


@transaction.atomic
def mail_template_test(actor: Actor, name: str, *, to: str, wording: Wording | None = None) -> Delivery:
    """One mail with the samples to `to`, who is the one that asks. Raises NotFound, Forbidden, Invalid."""
    ensure_may_edit(actor)
    standing = standing_of(actor, name)
    words = wording or standing.wording
    if found := faults(standing.kind, words):
        raise _invalid(found)
    mail = write_as(standing.kind, words, standing.kind.samples, to=to)
    record(actor, "mail_templates.tested", standing.row, {"template": (None, name), "to": (None, to)})
    about = {"topic": "template_test", "sent_by_id": actor.id, "team_id": actor.home_team_id}
    return enqueue_written(to, mail, key=f"template-test:{uuid7()}", priority=Priority.HIGH, **about)


def ensure_may_edit(actor: Actor) -> None:
    verdict = actor.may("emails:manage")
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]


def _locked(actor: Actor, name: str, version: int | None) -> MailTemplate | None:
    ensure_may_edit(actor)
    row = MailTemplate.objects.select_for_update().filter(name=name).first()
    if version is not None and version != (row.version if row else 0):
        raise Stale()
    return row


def _check(kind: MailKind, row: MailTemplate | None, values: dict[str, Any]) -> None:
    if unknown := sorted(set(values) - set(FIELDS)):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    before = Standing(kind, row).wording
    found = faults(kind, Wording(*(values.get(name, getattr(before, name)) for name in FIELDS)))
    if found:
        raise _invalid(found)


def _invalid(found: dict[str, str]) -> Invalid:
    return Invalid(details=[{"field": name, "code": "template_fault", "message": said} for name, said in found.items()])
