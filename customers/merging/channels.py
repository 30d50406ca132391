"""The e-mail or phone that a merge does not choose is kept among the further ones; a label goes with what it names."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.core.records import Record

LABELS = {"email": "email_label", "phone": "phone_label"}
FURTHER = {"email": "further_emails", "phone": "further_phones"}

Row = dict[str, str]


def with_channels(winner: Record, loser: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were chosen, and beside them what was not; only people have further ones."""
    if not all(name in values for name in FURTHER.values()):
        return dict(values)
    pair = (winner, loser)
    numbers = [*(_row("phone", one) for one in pair), *(_mobile(one) for one in pair)]
    return {
        **values,
        **{label: _label_of(name, values, pair) for name, label in LABELS.items()},
        "further_emails": _beside("email", values, ("email",), [_row("email", one) for one in pair]),
        "further_phones": _beside("phone", values, ("phone", "mobile_phone"), numbers),
    }


def _row(name: str, record: Any) -> Row:
    return {name: getattr(record, name), "label": getattr(record, LABELS[name])}


def _mobile(record: Any) -> Row:
    return {"phone": record.mobile_phone, "label": _("mobile")}


def _label_of(name: str, values: Mapping[str, Any], pair: Iterable[Any]) -> str:
    labels = (getattr(one, LABELS[name]) for one in pair if getattr(one, name) == values[name])
    return next((str(label) for label in labels if label), "")


def _beside(name: str, values: Mapping[str, Any], primary: Iterable[str], more: Iterable[Row]) -> list[Row]:
    """What was primary first, each once, and none that is primary now."""
    seen = {str(values[one]).casefold() for one in primary} | {""}
    kept: list[Row] = []
    for row in (*more, *values[FURTHER[name]]):
        if row[name].casefold() not in seen:
            seen.add(row[name].casefold())
            kept.append(row)
    return kept
