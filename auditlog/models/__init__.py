from auditlog.models.events import AuditEvent
from auditlog.models.security import SecurityEvent, Severity

__all__ = ["AuditEvent", "SecurityEvent", "Severity"]
