"""An importer for sheets of which one row holds several records: made of importers of one kind each (ADR 63)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from crm.core.actor import Actor
from crm.transfer.columns import Column, Context
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer
from crm.transfer.ordering import AS_IN_FILE

DOT = "."
EMPTY_ROW = "This row holds nothing in the columns that were matched."


class RowPart(Importer):
    """One kind of record in such rows. `takes` says which field links to which other kind of the same row."""

    takes: ClassVar[Mapping[str, str]] = {}

    def connect(self, draft: Draft, others: Mapping[str, Draft]) -> None:
        """Links to the records of the same row, which come before this kind."""
        for name, kind in self.takes.items():
            other = others.get(kind)
            if other is not None and other.record is not None:
                draft.values[name] = other.record

    def keys(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        """By which a record that is here, or in a row above, is the one meant; the first that is found counts."""
        for name in self.match_keys:
            if name in draft.values:
                yield name, self.match_key(name, draft.values[name])

    def called(self, draft: Draft) -> Iterator[tuple[str, Any]]:
        """By which rows further down may mean its record."""
        return self.keys(draft)

    def fits(self, name: str, record: Any, draft: Draft) -> bool:
        """Whether the record of this key can be the one; records with different ids may share a weak one."""
        own_id = draft.values.get("external_id")
        return name not in self.weak_keys or not own_id or record.external_id in ("", own_id)

    def finish(self, drafts: Sequence[Draft], context: Context) -> None:
        """Once all records of this kind are written."""


class SheetImporter(Importer):
    """`kinds` are in the order of writing: who is linked to comes first. A row is reported under the name of the first
    of `known_by` that it has. Columns are named `deals.amount`."""

    title, list_url, match_keys = "Several records per row", "", ()

    def __init__(self, resource: str, kinds: Sequence[RowPart], known_by: Sequence[str]) -> None:
        self.resource, self.parts_of_row, self.known_by = resource, tuple(kinds), tuple(known_by)  # type: ignore[misc]

    @property
    def kinds(self) -> Sequence[Importer]:
        return self.parts_of_row

    @cached_property
    def columns(self) -> dict[str, Column]:  # type: ignore[override]
        return {name: one for kind in self.kinds for name, one in _named(kind, kind.columns)}

    def all_columns(self) -> dict[str, Column]:
        return {name: one for kind in self.kinds for name, one in _named(kind, kind.all_columns())}

    def has(self, name: str) -> bool:
        return name in self.columns or name in self.all_columns()

    def refusal(self, actor: Actor, mapping: Sequence[str] = ()) -> str:
        """Of all kinds that the columns hold; before there are any, only who may write none is refused."""
        held = {name.partition(DOT)[0] for name in mapping if name}
        verdicts = {kind: kind.refusal(actor) for kind in self.kinds if not held or kind.resource in held}
        refused = {kind: reason for kind, reason in verdicts.items() if reason}
        if not refused or (not held and len(refused) < len(verdicts)):
            return ""
        titles = ", ".join(str(kind.title) for kind in refused)
        return f"{titles}: {'; '.join(refused.values())}. Leave out the columns of {titles} to import the rest"

    def may_assign(self, actor: Actor) -> bool:
        """Each kind has its own answer; this is for a look at what the columns' values may become."""
        return all(kind.may_assign(actor) for kind in self.kinds)

    def plan(self, headers: Sequence[str], mapping: Sequence[str], context: Context) -> Any:
        """[(kind, its own plan, its own context)] of the kinds that the columns hold."""
        plans = []
        for kind in self.kinds:
            own = [name.partition(DOT)[2] if name.partition(DOT)[0] == kind.resource else "" for name in mapping]
            within = context_for(kind, context)
            plans.append((kind, kind.plan(headers, own, within), within))
        return [one for one in plans if one[1]]

    def read(self, draft: Draft, plan: Any, context: Context) -> None:
        """A part for each kind with a filled cell; one that cannot be read keeps the whole row out."""
        for kind, own, within in plan:
            if any(draft.raw.cells[index].strip() for index, *_rest in own):
                part = draft.parts[kind.resource] = Draft(draft.raw)
                kind.read(part, own, within)
        if not draft.parts:
            draft.fail(EMPTY_ROW, "required")
        elif any(part.status == "failed" for part in draft.parts.values()):
            fail_whole(draft, draft.parts)


def context_for(kind: Importer, context: Context) -> Context:
    """As if a file of this kind alone were imported."""
    prefix = f"{kind.resource}{DOT}"

    def own(named: Mapping[str, Any]) -> dict[str, Any]:
        return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}

    return replace(
        context,
        words=own(context.words),
        choices=own(context.choices),
        may_assign=kind.may_assign(context.actor),
        order=AS_IN_FILE,
        match_on="",
        meanwhile=None,
    )


def fail_whole(row: Draft, parts: Mapping[str, Draft]) -> None:
    row.status = "failed"
    tell(row, parts)


def tell(row: Draft, parts: Mapping[str, Draft]) -> None:
    """What is to be said about the parts is said about the row, with the field's full name."""
    for kind, part in parts.items():
        for reason in part.reasons:
            row.note(reason["message"], reason["code"], f"{kind}{DOT}{reason['field']}" if reason["field"] else kind)


def _named(kind: Importer, columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    """Without aliases, so that a plain file is not taken for such a sheet."""
    one = kind.model._meta.verbose_name
    for name, column in columns.items():
        full = f"{kind.resource}{DOT}{name}"
        labels = f"{kind.resource}{DOT}{column.labels}" if column.labels else ""
        label = f"{str(one).capitalize()}: {column.label}"
        yield full, replace(column, name=full, label=label, labels=labels, aliases=())
