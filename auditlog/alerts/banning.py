"""The act on an alert that refuses an address for a while."""

from django.utils.translation import gettext_lazy as _

from auditlog.alerts.actions import Act
from auditlog.alerts.data import BY_NAME
from auditlog.honeypots.bans import address_ban
from auditlog.models import Alert
from crm.core.actor import Actor


def _ban(actor: Actor, alert: Alert) -> str:
    ban = address_ban(actor, address=alert.address, reason=str(BY_NAME[alert.rule.name].label))
    return f"{ban.network} is banned."


BAN_ADDRESS = Act(
    "ban_address",
    _("Ban the address"),
    _("Its network is refused for a while, longer each time. A network somebody is signed in from cannot be banned."),
    "ban",
    "security:write",
    lambda alert: bool(alert.address),
    _ban,
)
