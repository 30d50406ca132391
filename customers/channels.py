"""Several addresses and numbers of one person in a row: the first of each kind is the primary one."""

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from crm.core.row_fields import MOST
from crm.core.sensitive import unwritable
from crm.transfer.columns import Context
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer

# Where a second and third one of a kind goes.
FURTHER = {"email": "further_emails", "phone": "further_phones"}
MOBILE = re.compile(r"mobile|cell|iphone|handy", re.IGNORECASE)
NO_VOICE = re.compile(r"fax|pager", re.IGNORECASE)
# A comma between numbers, but not one before an extension.
BETWEEN = {
    "email": re.compile(r"\s*(?::::|[;,\n])\s*"),
    "phone": re.compile(r"\s*(?::::|\n|[;,]\s*(?=[+(]?\d[\d\s()./-]{5}))\s*"),
}


def read_channels(importer: Importer, draft: Draft, context: Context) -> None:
    """From `lists` to `email`, `phone` and `mobile_phone`."""
    for label, text in _each(draft, "email"):
        _take(importer, draft, "email", label, text, context)
    for label, text in _each(draft, "phone"):
        is_mobile = MOBILE.search(label) and "mobile_phone" not in draft.values
        name = "mobile_phone" if is_mobile and _may_set(importer, "mobile_phone", context) else "phone"
        _take(importer, draft, name, label, text, context)


def _each(draft: Draft, name: str) -> Iterator[tuple[str, str]]:
    """Each value once, with its label."""
    seen = set()
    for label, texts in draft.lists.get(name, ()):
        for text in BETWEEN[name].split(texts.strip()):
            if text and text.casefold() not in seen:
                seen.add(text.casefold())
                yield label, text


def _take(importer: Importer, draft: Draft, name: str, label: str, text: str, context: Context) -> None:
    column = importer.columns[name]
    if name not in draft.values and not (name == "phone" and NO_VOICE.search(label)):
        return importer.read_cell(draft, column, text, context)
    try:
        same = column.read(text, context) == draft.values.get(name)
    except ValidationError:
        same = False
    if not same and name in FURTHER:
        return _keep(importer, draft, name, label, text, context)
    if not same:
        shown = f"{text[:100]} ({label[:40]})" if label else text[:100]
        draft.note(f"Only the first {column.label.lower()} is kept; also given: {shown}", "further_values", name)
    return None


def _keep(importer: Importer, draft: Draft, name: str, label: str, text: str, context: Context) -> None:
    """Beside the primary one, with its label; what cannot be read stops the row like any other cell."""
    further = FURTHER[name]
    if not _may_set(importer, further, context):
        return draft.note("Left out: you may not set this field.", "field_forbidden", further)
    try:
        value = importer.columns[name].read(text, context)
    except ValidationError as error:
        return draft.refuse(ValidationError({further: error}))
    rows = draft.values.setdefault(further, [])
    if value.casefold() not in (row[name].casefold() for row in rows) and len(rows) < MOST:
        rows.append({name: value, "label": label.strip()[:40]})
    return None


def _may_set(importer: Importer, name: str, context: Context) -> bool:
    return name not in unwritable(context.actor, importer.model)
