"""The database itself refuses to change or remove an event, whoever asks (AUDIT-2)."""

from typing import Any

TRIGGERS_OF = {"auditlog_auditevent": "audit", "auditlog_securityevent": "security"}


def protect(table: str) -> dict[str, str]:
    """Statements by vendor that let `table` only grow."""
    name = TRIGGERS_OF[table]
    return {
        "postgresql": f"""
            CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
            CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
            CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
        """,
        "sqlite": f"""
            CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table}
                BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
            CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table}
                BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
        """,
    }


def release(table: str) -> dict[str, str]:
    """The reverse of `protect`."""
    name = TRIGGERS_OF[table]
    return {
        "postgresql": f"""
            DROP TRIGGER IF EXISTS {name}_append_only ON {table};
            DROP TRIGGER IF EXISTS {name}_no_truncate ON {table};
        """,
        "sqlite": f"DROP TRIGGER IF EXISTS {name}_no_update; DROP TRIGGER IF EXISTS {name}_no_delete;",
    }


def together(statements: Any) -> dict[str, str]:
    """`protect` or `release` for every table of events."""
    parts = [statements(table) for table in TRIGGERS_OF]
    return {vendor: "".join(part[vendor] for part in parts) for vendor in ("postgresql", "sqlite")}


INSTALL, REMOVE = together(protect), together(release)


def run(connection: Any, statements: dict[str, str]) -> None:
    """Executes INSTALL or REMOVE for the connection's vendor."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executescript(statements["sqlite"])
        else:
            cursor.execute(statements[connection.vendor])
