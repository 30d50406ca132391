"""Security events and alerts in plain words."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

KINDS: dict[str, str | Promise] = {
    "access.denied": _("Access denied"),
    "address.banned": _("Address banned"),
    "address.unbanned": _("Ban lifted"),
    "audit.mismatch": _("Audit trail does not verify"),
    "backup.not_verified": _("A backup does not verify"),
    "canary.touched": _("Canary touched"),
    "client.created": _("OAuth client created"),
    "client.secret_rotated": _("Client secret rotated"),
    "code.replayed": _("Authorization code replayed"),
    "credential.refused": _("Token or key refused"),
    "data.exported": _("Data exported"),
    "data.export_finished": _("Export finished"),
    "email.change_requested": _("Change of e-mail requested"),
    "email.changed": _("E-mail changed"),
    "factor.added": _("Second factor added"),
    "factor.failed": _("Second factor failed"),
    "factor.removed": _("Second factor removed"),
    "factor.reset": _("Second factors reset"),
    "honeypot.hit": _("Honeypot hit"),
    "honeypot.key_used": _("Decoy key used"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.sent": _("Invitation sent"),
    "key.created": _("API key created"),
    "key.leaked": _("API key leaked"),
    "key.refused": _("Dead API key presented"),
    "key.refused_address": _("API key outside its networks"),
    "key.revoked": _("API key revoked"),
    "key.rotated": _("API key rotated"),
    "key.updated": _("API key changed"),
    "key.used": _("API key used elsewhere"),
    "login.failed": _("Sign-in failed"),
    "login.locked": _("Sign-in locked"),
    "login.succeeded": _("Signed in"),
    "login.unlocked": _("Sign-in unlocked"),
    "password.changed": _("Password changed"),
    "password.policy_changed": _("Password policy changed"),
    "person.deactivated": _("Person deactivated"),
    "person.reactivated": _("Person reactivated"),
    "reads.off_hours": _("Bulk read off hours"),
    "recovery_code.used": _("Recovery code used"),
    "role.changed": _("Role changed"),
    "role.raised": _("Role raised"),
    "role.widened": _("Role widened"),
    "sso.configured": _("Single sign-on configured"),
    "sso.failed": _("Single sign-on failed"),
    "sso.linked": _("Single sign-on linked"),
    "token.reused": _("Refresh token reused"),
}

DETAILS = {
    "by": _("By whom"),
    "key": _("Key id"),
    "path": _("Address asked for"),
    "rows": _("Records"),
    "what": _("What"),
}
ENTRIES = {"commented": _("commented"), "acknowledged": _("acknowledged it"), "closed": _("closed it")}
UNITS = (
    (86400, ngettext_lazy("%d day", "%d days")),
    (3600, ngettext_lazy("%d hour", "%d hours")),
    (60, ngettext_lazy("%d minute", "%d minutes")),
)
SECONDS = ngettext_lazy("%d second", "%d seconds")


def kind_label(kind: str) -> str:
    return str(KINDS.get(kind) or capfirst(kind.replace(".", " ").replace("_", " ")))


def span(time: timedelta) -> str:
    """`40 seconds`, `5 minutes`, `24 hours`, `3 days`: the largest unit of which there are two, or one minute."""
    seconds = max(round(time.total_seconds()), 1)
    if seconds == 60:
        return str(UNITS[-1][1] % 1)
    size, words = next(((size, words) for size, words in UNITS if seconds >= 2 * size), (1, SECONDS))
    return str(words % round(seconds / size))


def detail_label(name: str) -> str:
    return str(DETAILS.get(name) or capfirst(name.replace("_", " ")))


def entry_label(what: str) -> str:
    """What somebody did about an alert: of an act its name, such as `end sessions`."""
    return str(ENTRIES.get(what) or what.replace("_", " "))
