"""The anomaly rules a new installation starts with, as readable data. Figures are edited in place; words live here."""

from dataclasses import dataclass
from datetime import time
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Subject = Literal["person", "address", "key"]
Check = Literal["count", "amount", "device", "network", "key_network", "travel", "insider", "stranger"]

FAILURES = ("login.failed", "factor.failed", "sso.failed")


@dataclass(frozen=True, slots=True)
class RuleData:
    """`kinds` are the security events it listens to, `check` how it decides (auditlog.alerts.checks).

    `subject` is what it watches one by one; an event that names no such thing counts for the next best.
    `counted` is what the threshold counts, in the plural; empty where one is enough. A `count` of one fires at once.
    """

    name: str
    label: str | Promise
    about: str | Promise
    kinds: tuple[str, ...]
    subject: Subject
    severity: str
    check: Check = "count"
    threshold: int = 1
    window_minutes: int = 60
    mail_from: str = "high"
    counted: str | Promise = ""
    hours: tuple[time, time] | None = None


RULES: tuple[RuleData, ...] = (
    RuleData(
        "new_device",
        _("New device"),
        _("A person signs in with a browser or system they were not seen with before."),
        ("login.succeeded",),
        "person",
        "low",
        "device",
    ),
    RuleData(
        "new_network",
        _("New country or network"),
        _("A person signs in from a new country; without a GeoIP file, from a new network."),
        ("login.succeeded",),
        "person",
        "medium",
        "network",
    ),
    RuleData(
        "impossible_travel",
        _("Impossible travel"),
        _("Two sign-ins are further apart than anybody travels in the time between. Needs a GeoIP file."),
        ("login.succeeded",),
        "person",
        "high",
        "travel",
        threshold=900,
        window_minutes=24 * 60,
        counted=_("km/h"),
    ),
    RuleData(
        "failures_of_person",
        _("Failed sign-ins of one person"),
        _("Wrong passwords and codes for one person, wherever they come from."),
        FAILURES,
        "person",
        "medium",
        threshold=5,
        window_minutes=5,
        counted=_("failed sign-ins"),
    ),
    RuleData(
        "failures_from_address",
        _("Failures from one address"),
        _("Wrong passwords, codes, tokens and keys from one address, whoever they name."),
        (*FAILURES, "credential.refused", "key.refused"),
        "address",
        "medium",
        threshold=10,
        window_minutes=10,
        counted=_("failures"),
    ),
    RuleData(
        "denials",
        _("Refused again and again"),
        _("Somebody tries what their role does not allow."),
        ("access.denied",),
        "person",
        "medium",
        threshold=10,
        window_minutes=15,
        counted=_("refused requests"),
    ),
    RuleData(
        "off_hours_reads",
        _("Bulk reads off hours"),
        _("Somebody reads very many records at night or on a weekend, by the clock of their own time zone."),
        ("reads.off_hours",),
        "person",
        "high",
        "amount",
        threshold=2000,
        counted=_("records read"),
        hours=(time(7), time(20)),
    ),
    RuleData(
        "many_exports",
        _("Many exports"),
        _("Somebody exports again and again."),
        ("data.exported",),
        "person",
        "medium",
        threshold=5,
        counted=_("exports"),
    ),
    RuleData(
        "large_export",
        _("Export of very many records"),
        _("The exports of one person together hold very many records."),
        ("data.exported", "data.export_finished"),
        "person",
        "medium",
        "amount",
        threshold=10_000,
        counted=_("records exported"),
    ),
    RuleData(
        "privilege_rise",
        _("Privileges rose"),
        _("Somebody got a role that may do more, or a role was widened."),
        ("role.raised", "role.widened"),
        "person",
        "medium",
    ),
    RuleData(
        "key_new_address",
        _("Key from a new address"),
        _("An API key is used from an address it was never used from."),
        ("key.used",),
        "key",
        "medium",
        "key_network",
    ),
    RuleData(
        "key_refused_address",
        _("Key outside its networks"),
        _("An API key was presented from an address its owner did not allow."),
        ("key.refused_address",),
        "key",
        "high",
    ),
    RuleData(
        "token_reuse",
        _("Copied token or code"),
        _("A refresh token or authorization code was used twice: somebody holds a copy."),
        ("token.reused", "code.replayed"),
        "person",
        "high",
    ),
    RuleData(
        "canary_touched",
        _("Canary touched"),
        _("A record that no work ever touches was read, exported or used."),
        ("canary.touched",),
        "person",
        "critical",
    ),
    RuleData(
        "honeypot_hit",
        _("Honeypot hit"),
        _("A stranger looks for addresses that only attackers ask for. The internet is full of them."),
        ("honeypot.hit",),
        "address",
        "medium",
        "stranger",
        mail_from="critical",
    ),
    RuleData(
        "honeypot_insider",
        _("Honeypot hit by somebody signed in"),
        _("Somebody who works here, or who has their session or key, looks for weak spots."),
        ("honeypot.hit",),
        "person",
        "high",
        "insider",
    ),
    RuleData(
        "decoy_key_used",
        _("Decoy key used"),
        _("A key that was laid out as a trap was presented: somebody read what they should not have."),
        ("honeypot.key_used",),
        "person",
        "high",
    ),
    RuleData(
        "audit_mismatch",
        _("Audit trail does not verify"),
        _("Verification found an event or seal that is not as it was recorded."),
        ("audit.mismatch",),
        "person",
        "critical",
    ),
)

BY_NAME: dict[str, RuleData] = {rule.name: rule for rule in RULES}


def rule_title(name: str) -> str:
    """What people call a rule; of one that is gone, its name."""
    return str(BY_NAME[name].label) if name in BY_NAME else name


def rules_for(kind: str) -> tuple[RuleData, ...]:
    """Those that listen to one kind of security event."""
    return tuple(rule for rule in RULES if kind in rule.kinds)
