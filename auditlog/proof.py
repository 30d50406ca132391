#!/usr/bin/env python3
"""Proves an audit trail with the exported lines and the public key alone; needs Python and `cryptography`.

    python proof.py --public-key audit.pem export.jsonl

Each event is a leaf SHA-256(0x00 ‖ canonical JSON) of a Merkle tree (RFC 6962 §2.1); each tree's root is signed
with Ed25519 (RFC 8032) in a seal that names the seal before. Personal data enters a leaf as the commitment
SHA-256("pii" ‖ 0x00 ‖ salt ‖ canonical JSON), so that it can be erased and the leaf still verifies.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PUBLIC = (
    *("id", "at", "action", "actor_id", "actor_kind", "door", "credential"),
    *("object_type", "object_id", "team_id", "trace_id", "retention"),
)
PERSONAL = ("actor_label", "on_behalf_of", "address", "agent", "object_label", "changes")
SEALED = ("seq", "retention", "n", "root", "at", "until", "prev", "kid")
REDACTED = "audit.redacted"
NO_SEAL_BEFORE = "0" * 64
LATE = timedelta(minutes=10)
UNSEALED = timedelta(minutes=5)

# Made once, because json.dumps would make one for each event.
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

Row = Mapping[str, Any]
Writer = Callable[[Any], bytes]
Keys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where: with the seal `seal`, and with the very event where that can be known."""

    kind: str
    message: str
    seal: int | None = None
    event: str | None = None

    def __str__(self) -> str:
        where = " ".join(
            filter(None, (f"seal {self.seal}" if self.seal else "", f"event {self.event}" if self.event else ""))
        )
        return f"{self.kind}: {where + ': ' if where else ''}{self.message}"


def canonical(content: Any) -> bytes:
    """JSON with sorted keys, no blanks and no floats: the same bytes for the same content."""
    return ENCODER.encode(content).encode()


def commitment(salt: bytes, personal: Row, write: Writer = canonical) -> bytes:
    return hashlib.sha256(b"pii\0" + salt + write({name: personal[name] for name in PERSONAL})).digest()


def leaf_of(public: Row, personal_digest: bytes, write: Writer = canonical) -> bytes:
    content = {name: public[name] for name in PUBLIC}
    content["personal"] = personal_digest.hex()
    return hashlib.sha256(b"\0" + write(content)).digest()


def parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def levels(leaves: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """From the leaves up to the root; a node without a neighbour moves up as it is (RFC 6962 §2.1)."""
    level = leaves
    yield level
    while len(level) > 1:
        pairs = [parent(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + list(level[len(pairs) * 2 :])
        yield level


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    *_, top = levels(leaves)
    return top[0] if top else hashlib.sha256(b"").digest()


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours on the way from one leaf to the root (RFC 6962 §2.1.1)."""
    path = []
    for level in levels(leaves):
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        index //= 2
    return path


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its neighbours lead to. Raises ValueError for a path of the wrong length."""
    node, rest = leaf, list(path)
    while size > 1:
        if index ^ 1 < size:
            if not rest:
                raise ValueError("the path is too short")
            neighbour = rest.pop(0)
            node = parent(neighbour, node) if index % 2 else parent(node, neighbour)
        index, size = index // 2, (size + 1) // 2
    if rest:
        raise ValueError("the path is too long")
    return node


def sealed_bytes(seal: Row) -> bytes:
    """What a seal's signature covers."""
    return canonical({name: seal[name] for name in SEALED})


def seal_hash(seal: Row) -> str:
    return hashlib.sha256(sealed_bytes(seal) + bytes.fromhex(seal["signature"])).hexdigest()


def is_signed(seal: Row, keys: Keys) -> bool:
    key = keys.get(seal["kid"])
    try:
        if key is not None:
            key.verify(bytes.fromhex(seal["signature"]), sealed_bytes(seal))
    except (InvalidSignature, ValueError):
        return False
    return key is not None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Verification:
    """One pass over seals and events, both in order of seal; events of a seal in order of id."""

    keys: Keys
    at: datetime
    anchors: Mapping[int, str] = field(default_factory=dict)
    seals: int = 0
    events: int = 0
    erased: dict[str, int] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)
    before: Row | None = None
    # The last moment before this seal's own at which anything was sealed: one run makes several seals at one moment.
    earlier: datetime | None = None

    def run(self, seals: Iterable[Row], events: Iterable[Row], since: int = 1) -> Iterator[Finding]:
        """`events` have `seal` (None for the unsealed, which come last), `leaf`, `commitment`, `salt` (hex)."""
        groups = groupby(events, key=lambda event: event["seal"])
        group = next(groups, None)
        expected = since
        for seal in seals:
            while group is not None and group[0] is not None and group[0] < seal["seq"]:
                yield Finding("seal.missing", "events name a seal that is not there", seal=group[0])
                group = next(groups, None)
            if self.before and self.before["at"] != seal["at"]:
                self.earlier = moment(self.before["at"])
            yield from self._links(seal, expected)
            expected = seal["seq"] + 1
            mine: Iterable[Row] = ()
            if group is not None and group[0] == seal["seq"]:
                mine = group[1]
            yield from self._tree(seal, mine)
            if group is not None and group[0] == seal["seq"]:
                group = next(groups, None)
            self.before = seal
        while group is not None:
            yield from self._left_over(*group)
            group = next(groups, None)
        yield from self._anchored(expected)
        yield from self._erasures()

    def _links(self, seal: Row, expected: int) -> Iterator[Finding]:
        self.seals += 1
        number = seal["seq"]
        if number != expected:
            yield Finding("seal.gap", f"seals {expected} to {number - 1} are missing", seal=number)
        previous = seal_hash(self.before) if self.before else None
        is_first = number == 1 and seal["prev"] != NO_SEAL_BEFORE
        if is_first or (previous and number == expected and seal["prev"] != previous):
            yield Finding("seal.link", "it does not continue the seal before it", seal=number)
        if not is_signed(seal, self.keys):
            yield Finding("seal.signature", "its signature is not valid under the known keys", seal=number)
        if self.before and moment(seal["at"]) < moment(self.before["at"]):
            yield Finding("seal.time", "it is older than the seal before it", seal=number)
        if number in self.anchors and self.anchors[number] != seal_hash(seal):
            yield Finding("seal.anchor", "it is not the seal that was published", seal=number)

    def _tree(self, seal: Row, events: Iterable[Row]) -> Iterator[Finding]:
        number, leaves = seal["seq"], []
        for event in events:
            leaves.append(self._leaf(event))
            yield from self._event(event, leaves[-1], seal)
        if not leaves and seal["n"]:
            if moment(seal["until"]) > self.at:
                yield Finding("seal.emptied", f"its {seal['n']} events are gone before their time", seal=number)
        elif len(leaves) != seal["n"]:
            yield Finding("seal.count", f"{len(leaves)} events where {seal['n']} were sealed", seal=number)
        elif merkle_root(leaves).hex() != seal["root"]:
            yield Finding("seal.root", "its events are not the ones that were sealed", seal=number)

    def _leaf(self, event: Row) -> bytes:
        self.events += 1
        return leaf_of(event, bytes.fromhex(event["commitment"]))

    def _event(self, event: Row, leaf: bytes, seal: Row) -> Iterator[Finding]:
        number, pk = seal["seq"], event["id"]
        if leaf.hex() != event["leaf"]:
            yield Finding("event.changed", "its content was changed", seal=number, event=pk)
        if event["retention"] != seal["retention"]:
            yield Finding("event.class", "it is in a seal of another class", seal=number, event=pk)
        yield from self._personal(event, number)
        at = moment(event["at"])
        if at > moment(seal["at"]) + LATE:
            yield Finding("event.time", "it is dated after its seal", seal=number, event=pk)
        if self.earlier and at < self.earlier - LATE:
            yield Finding("event.backdated", "an earlier seal should have held it", seal=number, event=pk)
        if event["action"] == REDACTED:
            self.redacted[event["object_id"]] = number

    def _personal(self, event: Row, number: int | None) -> Iterator[Finding]:
        if event["erased"]:
            self.erased[event["id"]] = number or 0
        elif commitment(bytes.fromhex(event["salt"]), event).hex() != event["commitment"]:
            yield Finding("event.personal", "its personal data were changed", seal=number, event=event["id"])

    def _left_over(self, number: int | None, events: Iterable[Row]) -> Iterator[Finding]:
        if number is not None:
            yield Finding("seal.missing", "events name a seal that is not there", seal=number)
            return
        for event in events:
            if self._leaf(event).hex() != event["leaf"]:
                yield Finding("event.changed", "its content was changed", event=event["id"])
            yield from self._personal(event, None)
            if event["action"] == REDACTED:
                self.redacted[event["object_id"]] = sys.maxsize
            if moment(event["at"]) < self.at - UNSEALED:
                yield Finding("event.unsealed", "it waits for a seal longer than five minutes", event=event["id"])

    def _anchored(self, expected: int) -> Iterator[Finding]:
        for number in sorted(number for number in self.anchors if number >= expected):
            yield Finding("seal.removed", "it was published and is not there any more", seal=number)

    def _erasures(self) -> Iterator[Finding]:
        for pk, number in self.erased.items():
            if self.redacted.get(pk, -1) < number:
                yield Finding("event.erased", "its personal data are gone, and no sealed event says why", event=pk)


def verify_inclusion(proof: Row, keys: Keys) -> Iterator[Finding]:
    """The proof of a single event, as the product gives it out."""
    event, seal = proof["event"], proof["seal"]
    leaf = leaf_of(event, bytes.fromhex(event["commitment"]))
    try:
        root = root_by_path(leaf, proof["index"], seal["n"], [bytes.fromhex(one) for one in proof["path"]])
    except ValueError as error:
        yield Finding("proof.path", str(error), event=event["id"])
        return
    if root.hex() != seal["root"]:
        yield Finding("proof.root", "the event is not in the sealed tree", seal=seal["seq"], event=event["id"])
    if not is_signed(seal, keys):
        yield Finding("seal.signature", "its signature is not valid under the known keys", seal=seal["seq"])
    if not event["erased"] and commitment(bytes.fromhex(event["salt"]), event).hex() != event["commitment"]:
        yield Finding("event.personal", "its personal data were changed", event=event["id"])


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def load_keys(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """PEM files. Raises ValueError for another kind of key."""
    keys = [serialization.load_pem_public_key(path.read_bytes()) for path in paths]
    if not all(isinstance(key, Ed25519PublicKey) for key in keys):
        raise ValueError("an Ed25519 public key is needed")
    return {key_id(key): key for key in keys if isinstance(key, Ed25519PublicKey)}


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def read_anchors(path: Path) -> dict[int, str]:
    """Published seals, one JSON object a line, as the log stream holds them; other lines are passed over."""
    seals = (line for line in read_lines(path) if line.get("event") == "audit_seal" or line.get("kind") == "seal")
    return {seal["seq"]: seal_hash(seal) for seal in seals}


def verify_export(path: Path, run: Verification) -> Iterator[Finding]:
    """An export holds seals and events in the order of their seals; it is read twice and never held in memory."""
    seals = (line for line in read_lines(path) if line["kind"] == "seal")
    return run.run(seals, (line for line in read_lines(path) if line["kind"] == "event"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies an exported audit trail, or the proof of one event.")
    parser.add_argument("file", type=Path, help="export (.jsonl) or proof (.json)")
    parser.add_argument("--public-key", type=Path, action="append", required=True, help="PEM; may be given again")
    parser.add_argument("--anchor", type=Path, help="published seals, one JSON object a line")
    options = parser.parse_args()
    keys = load_keys(options.public_key)
    if options.file.suffix == ".json":
        findings = list(verify_inclusion(json.loads(options.file.read_text(encoding="utf-8")), keys))
        summary = "the proof"
    else:
        anchors = read_anchors(options.anchor) if options.anchor else {}
        run = Verification(keys, datetime.now(UTC), anchors)
        findings = list(verify_export(options.file, run))
        summary = f"{run.seals} seals, {run.events} events"
    for finding in findings:
        print(finding)
    print(f"{summary}: {len(findings)} findings" if findings else f"{summary}: verified")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
