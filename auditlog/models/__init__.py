from auditlog.models.alerts import Alert, AlertEntry, AlertEvidence, AlertState, Resolution
from auditlog.models.bans import AddressBan, BanSource
from auditlog.models.events import ACCESS_ACTIONS, AuditEvent, Retention
from auditlog.models.habits import Familiar, ReadVolume
from auditlog.models.holds import LegalHold
from auditlog.models.names import AuditName
from auditlog.models.rules import AnomalyRule
from auditlog.models.seals import AuditSeal
from auditlog.models.security import SecurityEvent, Severity
from auditlog.models.tallies import AuditTally

__all__ = [
    "ACCESS_ACTIONS",
    "AddressBan",
    "Alert",
    "AlertEntry",
    "AlertEvidence",
    "AlertState",
    "AnomalyRule",
    "AuditEvent",
    "AuditName",
    "AuditSeal",
    "AuditTally",
    "BanSource",
    "Familiar",
    "LegalHold",
    "ReadVolume",
    "Resolution",
    "Retention",
    "SecurityEvent",
    "Severity",
]
