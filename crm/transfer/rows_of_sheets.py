"""Writing rows that hold several records: kind by kind for all rows at once, and of each row all of it or nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from crm.core.custom_fields.definitions import COLUMN
from crm.transfer.columns import Context
from crm.transfer.drafts import Draft
from crm.transfer.sheets import RowPart, SheetImporter, context_for, fail_whole, tell

# What only a new record is given.
ONLY_NEW = frozenset({"created_at", "closed_at"})
ALL_HERE = "All that this row holds is here already."

Within = Sequence[tuple[RowPart, Context]]
Found = dict[tuple[str, Any], dict[Any, Any]]


class _TakeBack(Exception):
    pass


def write_sheet(sheet: SheetImporter, rows: Sequence[Draft], context: Context) -> None:
    """What is refused stays out as a whole row, and the others are tried again without it: one might have been linked
    to what it would have made. Each attempt leaves fewer, and most refusals show before anything is written."""
    within = [(kind, context_for(kind, context)) for kind in sheet.parts_of_row]
    while not _attempt([row for row in rows if row.is_open], within, context):
        continue
    for row in rows:
        if row.is_open:
            _conclude(sheet, row, context)


def _attempt(rows: Sequence[Draft], within: Within, context: Context) -> bool:
    for row in rows:
        row.written = {name: part.again() for name, part in row.parts.items()}
    for kind, own in within:
        _settle(kind, rows, own)
    if _has_refused(rows):
        return False
    mark = context.journal.mark()
    try:
        with transaction.atomic():
            for kind, own in within:
                _write(kind, _parts(rows, kind), own)
            if _has_refused(rows):
                raise _TakeBack
    except _TakeBack:
        context.journal.rewind(mark)
        return False
    return True


def _has_refused(rows: Sequence[Draft]) -> bool:
    refused = [row for row in rows if any(part.status == "failed" for part in row.written.values())]
    for row in refused:
        fail_whole(row, row.written)
        row.written = {}
    return bool(refused)


def _parts(rows: Sequence[Draft], kind: RowPart) -> list[Draft]:
    """Of rows that nothing was refused of so far: what follows from a refusal is not another one."""
    sound = (row.written for row in rows if all(part.status != "failed" for part in row.written.values()))
    parts = (written.get(kind.resource) for written in sound)
    return [part for part in parts if part is not None and part.is_open]


def _settle(kind: RowPart, rows: Sequence[Draft], context: Context) -> None:
    """Each part gets the record that it is about: one that is here, one of a row above, or a new one to be stored."""
    drafts = _parts(rows, kind)
    if not drafts:
        return
    for row in rows:
        if kind.resource in row.written:
            kind.connect(row.written[kind.resource], row.written)
    kind.prepare(drafts, context)
    drafts = [draft for draft in drafts if draft.is_open]
    found = _find(kind, drafts, context)
    for draft in drafts:
        _choose(kind, draft, found, context)


def _find(kind: RowPart, drafts: Sequence[Draft], context: Context) -> Found:
    """Who is here, by key; one query for each name of a key. Of one record there is one object."""
    rows = kind.model.objects.for_actor(context.actor).active().filter(team=context.team)
    if context.updates:
        rows = rows.select_for_update(of=("self",))
    wanted: dict[str, set[Any]] = defaultdict(set)
    for draft in drafts:
        for name, key in kind.keys(draft):
            wanted[name].add(key)
    found: Found = defaultdict(dict)
    same: dict[Any, Any] = {}
    for name, keys in wanted.items():
        for key, record in kind.existing(name, keys, rows):
            found[name, key][record.pk] = same.setdefault(record.pk, record)
    return found


def _choose(kind: RowPart, draft: Draft, found: Found, context: Context) -> None:
    for name, key in kind.keys(draft):
        there = [one for one in found.get((name, key), {}).values() if kind.fits(name, one, draft)]
        if len(there) > 1:
            words = kind.model._meta.verbose_name_plural
            return draft.fail(f"It could be any of {len(there)} {words}; none was chosen.", "ambiguous_match", name)
        if there:
            draft.record = there[0]
            break
    else:
        if not context.creates:
            return draft.skip("There is no such record to update.", "no_match")
        kind.build(draft, context)
    if draft.record is not None and (draft.record._state.adding or context.updates):
        for called in kind.called(draft):
            found[called][draft.record.pk] = draft.record
    return None


def _write(kind: RowPart, drafts: Sequence[Draft], context: Context) -> None:
    first: dict[Any, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.record.pk, draft)
    new = [draft for draft in first.values() if draft.record._state.adding]
    if new:
        kind.link(new, context)
        kind.create(new, context)
    latest = {pk: draft.record for pk, draft in first.items()}
    for draft in drafts:
        if draft.is_open:
            draft.record = latest[draft.record.pk]
            _bring_up_to_date(kind, draft, context)
            latest[draft.record.pk] = draft.record
    kind.finish([draft for draft in drafts if draft.status != "failed"], context)


def _bring_up_to_date(kind: RowPart, draft: Draft, context: Context) -> None:
    """A record that is here, or came in with a row above: as the mode says. One that is the same costs no query."""
    if context.updates:
        _keep_id(draft)
        kind.link([draft], context)
    others = [name for name, value in draft.values.items() if not _is_same(draft.record, name, value)]
    if others and context.updates:
        return kind.update(draft, context)
    draft.status = "unchanged"
    if others:
        columns = kind.all_columns()
        labels = ", ".join(columns[name].label if name in columns else name.replace("_", " ") for name in others)
        draft.note(f"{draft.record} is here already and stays as it is; this row has another: {labels}.", "left_alone")
    return None


def _keep_id(draft: Draft) -> None:
    known, given = getattr(draft.record, "external_id", ""), draft.values.get("external_id")
    if known and given and known != given:
        draft.note(f"{draft.record} keeps its id {known}.", "id_kept", "external_id")
        del draft.values["external_id"]


def _is_same(record: Any, name: str, value: Any) -> bool:
    if name in ONLY_NEW:
        return True
    if name == COLUMN:
        return all(record.custom_fields.get(key) == one for key, one in value.items())
    if name == "labels":
        return set(value) <= set(record.labels.all())
    field = record._meta.get_field(name)
    wanted = value.pk if isinstance(value, models.Model) else value
    return bool(getattr(record, field.attname) == wanted)


def _conclude(sheet: SheetImporter, row: Draft, context: Context) -> None:
    """What became of a row follows from what became of its parts."""
    tell(row, row.written)
    row.record = next((part.record for name in sheet.known_by if (part := row.written.get(name)) and part.record), None)
    statuses = {part.status for part in row.written.values()}
    if done := next((one for one in ("created", "updated") if one in statuses), None):
        row.status = done  # type: ignore[assignment]
    elif context.updates and "unchanged" in statuses:
        row.status = "unchanged"
    elif "unchanged" in statuses:
        row.skip(ALL_HERE, "duplicate")
    else:
        row.status = "skipped"
