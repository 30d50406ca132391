"""Whatever is done to the trail behind the application's back, verification names it (AUDIT-2)."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import timezone

from auditlog.leaves import personal_of, public_of, stamp
from auditlog.models import AuditEvent, AuditSeal, AuditTally
from auditlog.proof import PERSONAL, Finding, commitment, leaf_of, seal_hash, sealed_bytes
from auditlog.sealing import as_line, seal_pending
from auditlog.services import build_event
from auditlog.tallies import differences
from auditlog.tests.tampering import ACTOR, findings, history, statement, without_triggers

pytestmark = pytest.mark.django_db
MUTATIONS = 200

Chance = random.Random
Named = set[str]


def edit_public(chance: Chance) -> Named:
    event = any_event(chance)
    column = chance.choice(["action", "actor_kind", "door", "credential", "object_type", "object_id", "trace_id"])
    AuditEvent.objects.filter(pk=event.pk).update(**{column: f"x{chance.random()}"[:16]})
    return {str(event.pk)}


def edit_personal(chance: Chance) -> Named:
    event = any_event(chance)
    AuditEvent.objects.filter(pk=event.pk).update(**{chance.choice(PERSONAL): "somebody else"})
    return {str(event.pk)}


def edit_and_stamp_again(chance: Chance) -> Named:
    """By somebody who knows how leaves are made, but has no key."""
    event = any_event(chance)
    event.object_id = "forged"
    rewrite(event, stamp(event))
    return {f"seal {event.seal_id}"}


def back_date(chance: Chance) -> Named:
    event = any_event(chance)
    AuditEvent.objects.filter(pk=event.pk).update(at=event.at - timedelta(days=chance.randint(1, 90)))
    return {str(event.pk)}


def delete(chance: Chance) -> Named:
    event = any_event(chance)
    statement("DELETE FROM auditlog_auditevent WHERE id = %s", event.pk)
    return {f"seal {event.seal_id}"}


def delete_all_of_a_seal(chance: Chance) -> Named:
    seal = any_seal(chance)
    statement("DELETE FROM auditlog_auditevent WHERE seal_id = %s", seal.seq)
    return {f"seal {seal.seq}"}


def insert_into_a_seal(chance: Chance) -> Named:
    seal = any_seal(chance)
    event = build_event(ACTOR, "customers.updated", None, None)
    event.seal_id = seal.seq
    event.save(force_insert=True)
    return {f"seal {seal.seq}"}


def insert_into_the_past(chance: Chance) -> Named:
    """Unsealed and dated before, so that the sealer itself takes it in."""
    event = build_event(ACTOR, "customers.updated", None, None, timezone.now() - timedelta(hours=chance.randint(1, 9)))
    event.save(force_insert=True)
    seal_pending()
    return {str(event.pk)}


def swap_places(chance: Chance) -> Named:
    one, other = two_of_different_seals(chance)
    AuditEvent.objects.filter(pk=one.pk).update(seal=other.seal_id)
    AuditEvent.objects.filter(pk=other.pk).update(seal=one.seal_id)
    return {f"seal {one.seal_id}", f"seal {other.seal_id}"}


def swap_personal_data(chance: Chance) -> Named:
    one, other = two_of_different_seals(chance)
    for target, source in ((one, other), (other, one)):
        values = {**personal_of(source), "salt": source.salt, "commitment": source.commitment}
        AuditEvent.objects.filter(pk=target.pk).update(**values)
    return {str(one.pk), str(other.pk)}


def swap_personal_data_alone(chance: Chance) -> Named:
    one, other = two_of_different_seals(chance)
    other.actor_label += "x"
    AuditEvent.objects.filter(pk=one.pk).update(**personal_of(other))
    return {str(one.pk)}


def erase_in_silence(chance: Chance) -> Named:
    event = any_event(chance)
    blank = dict.fromkeys(PERSONAL, "")
    AuditEvent.objects.filter(pk=event.pk).update(erased_at=timezone.now(), salt=b"", **blank)
    return {str(event.pk)}


def change_class(chance: Chance) -> Named:
    event = any_event(chance)
    other = "normal" if event.retention == "sensitive" else "sensitive"
    AuditEvent.objects.filter(pk=event.pk).update(retention=other)
    return {str(event.pk)}


def take_out_of_its_seal(chance: Chance) -> Named:
    event = any_event(chance)
    AuditEvent.objects.filter(pk=event.pk).update(seal=None)
    return {f"seal {event.seal_id}"}


def drop_a_seal(chance: Chance) -> Named:
    seal = any_seal(chance)
    statement("DELETE FROM auditlog_auditseal WHERE seq = %s", seal.seq)
    return {f"seal {seal.seq}"}


def drop_the_last_with_its_events(chance: Chance) -> Named:
    last = AuditSeal.objects.latest("seq")
    statement("DELETE FROM auditlog_auditevent WHERE seal_id = %s", last.seq)
    statement("DELETE FROM auditlog_auditseal WHERE seq = %s", last.seq)
    return {f"seal {last.seq}"}


def edit_a_seal(chance: Chance) -> Named:
    seal = any_seal(chance)
    values: dict[str, Any] = {
        **{"n": seal.n + 1, "root": "0" * 64, "prev": "1" * 64, "at": seal.at + timedelta(seconds=1)},
        **{"until": seal.until - timedelta(days=9000), "kid": "0" * 16, "signature": "00" * 64, "retention": "x"},
    }
    name = chance.choice(sorted(values))
    AuditSeal.objects.filter(seq=seal.seq).update(**{name: values[name]})
    return {f"seal {seal.seq}"}


def sign_with_another_key(chance: Chance) -> Named:
    """A whole new chain from one seal on, made well but under a key nobody knows."""
    first, key = any_seal(chance), Ed25519PrivateKey.generate()
    before = AuditSeal.objects.filter(seq__lt=first.seq).order_by("-seq").first()
    for seal in AuditSeal.objects.filter(seq__gte=first.seq).order_by("seq"):
        seal.prev = seal_hash(as_line(before)) if before else seal.prev
        seal.signature = key.sign(sealed_bytes(as_line(seal))).hex()
        AuditSeal.objects.filter(seq=seal.seq).update(prev=seal.prev, signature=seal.signature)
        before = seal
    return {f"seal {first.seq}"}


def append_a_seal(chance: Chance) -> Named:
    """That holds nothing and is signed by nobody known, for events to be moved to later."""
    last = AuditSeal.objects.latest("seq")
    forged = AuditSeal(**{**values_of(last), "seq": last.seq + 1, "n": 0, "prev": seal_hash(as_line(last))})
    forged.signature = Ed25519PrivateKey.generate().sign(sealed_bytes(as_line(forged))).hex()
    forged.save(force_insert=True)
    return {f"seal {forged.seq}"}


def exchange_two_seals(chance: Chance) -> Named:
    one, other = chance.sample(list(AuditSeal.objects.all()), 2)
    for target, source in ((one, other), (other, one)):
        AuditSeal.objects.filter(seq=target.seq).update(**values_of(source))
    return {f"seal {one.seq}", f"seal {other.seq}"}


def change_a_tally(chance: Chance) -> Named:
    tally = any_tally(chance)
    AuditTally.objects.filter(pk=tally.pk).update(count=tally.count + chance.choice([-1, 1, 1000]))
    return {f"tally.count: {tally.hour:%Y-%m-%d %H}:00 {tally.dimension} {tally.value}: "}


def drop_a_tally(chance: Chance) -> Named:
    tally = any_tally(chance)
    AuditTally.objects.filter(pk=tally.pk).delete()
    return {f"{tally.dimension} {tally.value}: 0 counted where {tally.count} events are sealed"}


def invent_a_tally(chance: Chance) -> Named:
    hour, invented = any_tally(chance).hour, f"x{chance.random()}"
    AuditTally.objects.create(hour=hour, dimension="action", value=invented, count=3)
    return {f"action {invented}: 3 counted where 0 events are sealed"}


def move_a_tally(chance: Chance) -> Named:
    """To another hour, or to a team whose readers should not be told."""
    tally = any_tally(chance)
    moved = (
        {"hour": tally.hour - timedelta(hours=chance.randint(1, 9))} if chance.random() < 0.5 else {"team_id": uuid4()}
    )
    AuditTally.objects.filter(pk=tally.pk).update(**moved)
    return {f"{tally.dimension} {tally.value}: 0 counted where", f"{tally.count} counted where 0 events are sealed"}


KINDS: tuple[Callable[[Chance], Named], ...] = (
    *(edit_public, edit_personal, edit_and_stamp_again, back_date, delete, delete_all_of_a_seal, insert_into_a_seal),
    *(insert_into_the_past, swap_places, swap_personal_data, swap_personal_data_alone, erase_in_silence, change_class),
    *(take_out_of_its_seal, drop_a_seal, drop_the_last_with_its_events, edit_a_seal, sign_with_another_key),
    *(append_a_seal, exchange_two_seals, change_a_tally, drop_a_tally, invent_a_tally, move_a_tally),
)


def any_event(chance: Chance) -> AuditEvent:
    return chance.choice(list(AuditEvent.objects.order_by("id")))


def any_seal(chance: Chance) -> AuditSeal:
    return chance.choice(list(AuditSeal.objects.all()))


def any_tally(chance: Chance) -> AuditTally:
    return chance.choice(list(AuditTally.objects.order_by("dimension", "value")))


def values_of(seal: AuditSeal) -> dict[str, Any]:
    """Everything of a seal but its number."""
    return {field.attname: getattr(seal, field.attname) for field in seal._meta.concrete_fields if field.name != "seq"}


def two_of_different_seals(chance: Chance) -> tuple[AuditEvent, AuditEvent]:
    one = any_event(chance)
    others = AuditEvent.objects.exclude(seal=one.seal_id).exclude(actor_label=one.actor_label).order_by("id")
    return one, chance.choice(list(others))


def rewrite(event: AuditEvent, stamped: AuditEvent) -> None:
    values = {name: getattr(stamped, name) for name in ("object_id", "salt", "commitment", "leaf")}
    AuditEvent.objects.filter(pk=event.pk).update(**values)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_each_of_200_random_changes_is_named():
    history()
    without_triggers()
    published = {seal.seq: seal_hash(as_line(seal)) for seal in AuditSeal.objects.all()}
    assert all_findings(published) == []
    chance = random.Random(1)
    for number in range(MUTATIONS):
        mutate = KINDS[number % len(KINDS)]
        with taken_back():
            expected = mutate(chance)
            told = "\n".join(map(str, all_findings(published)))
            assert all(name in told for name in expected), (mutate.__name__, expected, told)
    assert all_findings(published) == []


def all_findings(published: dict[int, str]) -> list[Finding]:
    """As `audit_verify` has them."""
    return [*findings(anchors=published), *differences(timezone.now())]


def test_the_leaf_is_made_of_everything_that_is_kept():
    """Or else a column could be changed unseen."""
    event = AuditEvent.objects.get(pk=history(rounds=1)[0].events.first().pk)
    kept = {field.attname for field in AuditEvent._meta.concrete_fields}
    covered = {*public_of(event), *personal_of(event)}
    assert kept - covered == {"salt", "commitment", "leaf", "erased_at", "seal_id"}
    assert bytes(event.leaf) == leaf_of(public_of(event), commitment(bytes(event.salt), personal_of(event)))
