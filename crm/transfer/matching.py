"""Is this row about a record that is already here, or about one further up in the same file?"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from crm.core.actor import Denied
from crm.transfer.columns import Context
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer


def find_existing(importer: Importer, drafts: Sequence[Draft], context: Context) -> None:
    """Sets `record` where exactly one matches; fails or skips what the mode does not want."""
    rows = importer.model.objects.for_actor(context.actor).active().filter(team=context.team)
    if context.updates:
        rows = rows.select_for_update(of=("self",))
    unmatched = [draft for draft in drafts if draft.is_open]
    for name in [context.match_on] if context.match_on else importer.match_keys:
        keys = {key for draft in unmatched for key in _keys(importer, name, draft)}
        if keys:
            found: dict[Any, list[Any]] = defaultdict(list)
            for key, record in importer.existing(name, keys, rows):
                found[key].append(record)
            _apply(importer, name, found, unmatched, context)
            unmatched = [draft for draft in unmatched if draft.is_open and draft.record is None]
    if not context.creates:
        for draft in unmatched:
            draft.skip("There is no such record to update.", "no_match")


def _apply(
    importer: Importer, name: str, found: dict[Any, list[Any]], drafts: Sequence[Draft], context: Context
) -> None:
    for draft in drafts:
        by_id = {record.pk: record for key in _keys(importer, name, draft) for record in found.get(key, ())}
        matches = list(by_id.values())
        if name in importer.weak_keys and (own_id := draft.values.get("external_id")):
            matches = [record for record in matches if record.external_id in ("", own_id)]
        if matches:
            _decide(importer, name, matches, draft, context)


def _keys(importer: Importer, name: str, draft: Draft) -> Sequence[Any]:
    return importer.match_keys_in(name, draft.values[name]) if name in draft.values else ()


def _decide(importer: Importer, name: str, matches: list[Any], draft: Draft, context: Context) -> None:
    if not context.updates:
        return draft.skip(f"{matches[0]} has the same {_spoken(name)}.", "duplicate", name)
    if len(matches) > 1:
        return draft.fail(f"{len(matches)} records have the same {_spoken(name)}.", "ambiguous_match", name)
    record = matches[0]
    verdict = context.actor.covers(f"{importer.resource}:write", record)
    if isinstance(verdict, Denied):
        return draft.fail(f"Not allowed to change {record}: {verdict.reason}.", "forbidden")
    if name != "external_id" and record.external_id and draft.values.get("external_id"):
        draft.note(f"{record} keeps its id {record.external_id}.", "id_kept", "external_id")
        del draft.values["external_id"]
    draft.record = record
    return None


def set_repeats_apart(importer: Importer, drafts: Sequence[Draft], context: Context) -> list[Draft]:
    """Rows that repeat an earlier one of this batch: skipped, or handed back to be applied after it."""
    first_lines: dict[tuple[str, Any], int] = {}
    later = []
    for draft in drafts:
        if not draft.is_open:
            continue
        keys = [(name, key) for name in _identifying(importer, draft) for key in _keys(importer, name, draft)]
        repeated = next((key for key in keys if key in first_lines), None)
        if repeated is None:
            first_lines |= dict.fromkeys(keys, draft.raw.line)
        elif context.updates:
            later.append(draft)
        else:
            message = f"Line {first_lines[repeated]} has the same {_spoken(repeated[0])}."
            draft.skip(message, "duplicate_in_file", repeated[0])
    return later


def _identifying(importer: Importer, draft: Draft) -> list[str]:
    has_id = "external_id" in draft.values
    return [
        name for name in importer.match_keys if name in draft.values and not (has_id and name in importer.weak_keys)
    ]


def _spoken(name: str) -> str:
    return {"external_id": "id", "email": "e-mail address", "identifiers": "identifier"}.get(name, name)
