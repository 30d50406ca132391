"""Why an alert is there. Stored is a key with figures and names; the sentence is made when somebody reads it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditlog.alerts.data import BY_NAME, Subject
from auditlog.alerts.findings import Reason, details_of
from auditlog.alerts.words import kind_label, span
from auditlog.models import Alert, SecurityEvent

AS_WRITTEN = "as_written"  # of alerts from before sentences were made on reading
EVENT = "event"
NOTHING = "–"

SENTENCES: dict[str, str | Promise] = {
    AS_WRITTEN: "{text}",
    EVENT: "{kind}{by}{from}{about}.",
    "count": gettext_lazy("{number} {counted} in {took} {who}; the rule asks for {threshold} in {window}."),
    "amount": gettext_lazy("{number} {counted} within {window} {who}; the rule asks for {threshold}."),
    "device": gettext_lazy("{person} signed in with {device}, which they were not seen with before, from {address}."),
    "country": gettext_lazy("{person} signed in from {place} ({address}) they were not seen in before."),
    "network": gettext_lazy("{person} signed in from {address}, a network they were not seen in before."),
    "key_network": gettext_lazy("The key “{name}” of {person} was used from {address} for the first time."),
    "travel": gettext_lazy(
        "{person} signed in from {there} ({before_address}) and {took} later from {place} ({address}), "
        "{distance} km away; the rule allows {threshold} km/h."
    ),
    "role.raised": gettext_lazy("{person} may do more since {by} changed their role from {before} to {after}."),
    "role.widened": gettext_lazy("{by} widened the role {role} by {count} permissions ({permissions})."),
    "key.refused_address": gettext_lazy(
        "The key “{name}” of {person} was presented from {address}, outside its networks."
    ),
    "token.reused": gettext_lazy("A refresh token of {person} for {client} was used a second time, from {address}."),
    "code.replayed": gettext_lazy(
        "An authorization code of {person} for {client} was used a second time, from {address}."
    ),
    "audit.mismatch": gettext_lazy("Verification of the audit trail found {findings} mismatches; the first: {first}."),
}
FIGURES = ("number", "threshold", "distance", "findings")
SPANS = ("took", "window")  # seconds
ROLES = ("before", "after", "role")


def reason_of(event: SecurityEvent) -> Reason:
    """What happened; kinds without a sentence of their own are told by whom, from where and about what."""
    details = {name: value for name, value in details_of(event).items() if value not in (None, "")}
    known = {**details, "person": event.person_label, "address": event.address}
    if event.kind in SENTENCES:
        return Reason(event.kind, known)
    what = details.get("path") or details.get("what") or details.get("name") or ""
    return Reason(EVENT, {"kind": event.kind, "person": event.person_label, "address": event.address, "what": what})


def counted_reason(key: str, event: SecurityEvent, subject: Subject, **figures: int) -> Reason:
    """`key` is `count` or `amount`; times in seconds. Of what an address did, nobody is named."""
    person = "" if subject == "address" else event.person_label
    return Reason(key, {**figures, "subject": subject, "person": person, "address": event.address})


def explanation(alert: Alert) -> str:
    """One plain sentence in the language in force; a key that is no longer known is shown with what it held."""
    values = {name: value for name, value in alert.explanation_values.items() if value not in (None, "")}
    text = SENTENCES.get(alert.explanation_key)
    if text is None:
        return f"{alert.explanation_key}: " + ", ".join(f"{name} {value}" for name, value in values.items())
    return str(text).format_map(_words(alert, values))


def _words(alert: Alert, values: Mapping[str, Any]) -> defaultdict[str, str]:
    known = {name: str(value) for name, value in values.items()}
    known |= {name: number_format(values[name], force_grouping=True) for name in FIGURES if name in values}
    known |= {name: span(timedelta(seconds=float(values[name]))) for name in SPANS if name in values}
    known |= {name: known[name].replace("_", " ") for name in ROLES if name in known}
    known.setdefault("person", _("somebody"))
    known.setdefault("address", _("an unknown address"))
    known |= {"counted": str(BY_NAME[alert.rule.name].counted) if alert.rule.name in BY_NAME else ""}
    return defaultdict(lambda: NOTHING, known | _phrases(values))


def _phrases(values: Mapping[str, Any]) -> dict[str, str]:
    """Parts of a sentence that are there only if there is something to say."""
    person, address, what = (values.get(name, "") for name in ("person", "address", "what"))
    return {
        "kind": kind_label(str(values.get("kind", ""))),
        "by": str(values["by"]) if "by" in values else _(" by {person}").format(person=person) if person else "",
        "from": _(" from {address}").format(address=address) if address else "",
        "about": f": {what}" if what else "",
        "who": _who(values),
    }


def _who(values: Mapping[str, Any]) -> str:
    person, address = values.get("person") or _("somebody"), values.get("address", "")
    if values.get("subject") == "address":
        return _("from {address}").format(address=address)
    if address:
        return _("by {person}, last from {address}").format(person=person, address=address)
    return _("by {person}").format(person=person)
