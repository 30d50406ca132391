from crm.outbox.models.deliveries import FINISHED, Delivery, Priority, State
from crm.outbox.models.mail_templates import MailTemplate
from crm.outbox.models.pauses import QueuePause
from crm.outbox.models.returns import Return, ReturnKind
from crm.outbox.models.suppressions import Suppression, SuppressionReason, normalised

__all__ = [
    "FINISHED",
    "Delivery",
    "MailTemplate",
    "Priority",
    "QueuePause",
    "Return",
    "ReturnKind",
    "State",
    "Suppression",
    "SuppressionReason",
    "normalised",
]
