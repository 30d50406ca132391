"""The database itself refuses to change or remove an event, whoever asks (AUDIT-2)."""

from typing import Any

INSTALL = {
    "postgresql": """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON auditlog_auditevent
            FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
        CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON auditlog_auditevent
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
    """,
    "sqlite": """
        CREATE TRIGGER audit_no_update BEFORE UPDATE ON auditlog_auditevent
            BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
        CREATE TRIGGER audit_no_delete BEFORE DELETE ON auditlog_auditevent
            BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
    """,
}

REMOVE = {
    "postgresql": """
        DROP TRIGGER IF EXISTS audit_append_only ON auditlog_auditevent;
        DROP TRIGGER IF EXISTS audit_no_truncate ON auditlog_auditevent;
        DROP FUNCTION IF EXISTS audit_is_append_only();
    """,
    "sqlite": "DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete;",
}


def run(connection: Any, statements: dict[str, str]) -> None:
    """Executes INSTALL or REMOVE for the connection's vendor."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executescript(statements["sqlite"])
        else:
            cursor.execute(statements[connection.vendor])
