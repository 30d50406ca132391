from auditlog.models.events import AuditEvent, Retention
from auditlog.models.holds import LegalHold
from auditlog.models.seals import AuditSeal
from auditlog.models.security import SecurityEvent, Severity

__all__ = ["AuditEvent", "AuditSeal", "LegalHold", "Retention", "SecurityEvent", "Severity"]
