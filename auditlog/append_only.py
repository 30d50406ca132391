"""The database itself refuses to change or remove what was recorded, whoever asks (AUDIT-2).

Seals never change. Of a security event the personal data are erased once, and nothing else. An event of the trail may
change in two ways only: it gets its seal once, and its personal data are erased once. It may be removed only after the
time that its seal is signed for.
"""

from typing import Any

TRIGGERS_OF = {
    "auditlog_auditevent": "audit",
    "auditlog_securityevent": "security",
    "auditlog_auditseal": "audit_seal",
}
EVENTS = "auditlog_auditevent"
REFUSAL = "audit events are append-only"
PERSONAL = ("actor_label", "on_behalf_of", "address", "agent", "object_label", "changes")
LASTING = (
    *("id", "at", "action", "actor_id", "actor_kind", "door", "credential", "trace_id", "object_type", "object_id"),
    *("team_id", "retention", "commitment", "leaf"),
)

SECURITY = "auditlog_securityevent"
SECURITY_LASTING = ("id", "at", "kind", "severity", "person_id", "team_id", "trace_id")
SECURITY_PERSONAL = {"person_label": "", "address": "", "network": "", "agent": "", "details": "{}"}

# One-time changes, in SQL that both databases understand; IS keeps NULLs comparable on SQLite.
ERASED = " AND ".join(f"NEW.{name} = ''" for name in PERSONAL)


def protect(table: str) -> dict[str, str]:
    """Statements by vendor that let `table` only grow."""
    name = TRIGGERS_OF[table]
    return {
        "postgresql": f"""
            CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege'; END $$;
            CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
            CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
        """,
        "sqlite": f"""
            CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table}
                BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
            CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table}
                BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
        """,
    }


def guard_events() -> dict[str, str]:
    """Statements by vendor for the table of events: sealed once, erased once, removed after the seal's time."""
    return {"postgresql": _guard_on_postgresql(), "sqlite": _guard_on_sqlite()}


def _guard_on_postgresql() -> str:
    blanked = " ".join(f"expected.{name} := '';" for name in PERSONAL)
    return f"""
        CREATE OR REPLACE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE expected auditlog_auditevent;
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF EXISTS (SELECT 1 FROM auditlog_auditseal WHERE seq = OLD.seal_id AND until < now()) THEN
                    RETURN OLD;
                END IF;
            ELSE
                expected := OLD;
                IF OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL THEN
                    expected.seal_id := NEW.seal_id;
                ELSIF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL THEN
                    expected.erased_at := NEW.erased_at; expected.salt := ''::bytea; {blanked}
                END IF;
                IF expected IS DISTINCT FROM OLD AND NEW IS NOT DISTINCT FROM expected THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {EVENTS}
            FOR EACH ROW EXECUTE FUNCTION audit_event_guard();
        CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {EVENTS}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
    """  # nosec B608  # the names are ours  # noqa: S608


def _guard_on_sqlite() -> str:
    lasting = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in LASTING)
    untouched = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in ("salt", "erased_at", *PERSONAL))
    sealed = f"OLD.seal_id IS NULL AND NEW.seal_id IS NOT NULL AND {untouched}"
    erased = (
        "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.seal_id IS OLD.seal_id"
        f" AND length(NEW.salt) = 0 AND {ERASED}"
    )
    past = "SELECT 1 FROM auditlog_auditseal WHERE seq = OLD.seal_id AND julianday(until) < julianday('now')"
    return f"""
        CREATE TRIGGER audit_no_update BEFORE UPDATE ON {EVENTS} WHEN NOT ({lasting} AND (({sealed}) OR ({erased})))
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
        CREATE TRIGGER audit_no_delete BEFORE DELETE ON {EVENTS} WHEN NOT EXISTS ({past})
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
    """


def guard_security() -> dict[str, str]:
    """Statements by vendor for security events: who, from where and the details may be blanked once."""
    blanked = {name: f"'{value}'" for name, value in SECURITY_PERSONAL.items()}
    assigned = " ".join(f"expected.{name} := {value};" for name, value in blanked.items())
    lasting = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in SECURITY_LASTING)
    erased = " AND ".join(f"NEW.{name} = {value}" for name, value in blanked.items())
    once = f"OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND {lasting} AND {erased}"
    return {
        "postgresql": f"""
        CREATE OR REPLACE FUNCTION security_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE expected {SECURITY};
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL THEN
                expected := OLD; expected.erased_at := NEW.erased_at; {assigned}
                IF NEW IS NOT DISTINCT FROM expected THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER security_append_only BEFORE UPDATE OR DELETE ON {SECURITY}
            FOR EACH ROW EXECUTE FUNCTION security_event_guard();
        CREATE TRIGGER security_no_truncate BEFORE TRUNCATE ON {SECURITY}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
    """,
        "sqlite": f"""
        CREATE TRIGGER security_no_update BEFORE UPDATE ON {SECURITY} WHEN NOT ({once})
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
        CREATE TRIGGER security_no_delete BEFORE DELETE ON {SECURITY}
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
    """,
    }


def release(table: str) -> dict[str, str]:
    """The reverse of `protect` and `guard_events`."""
    name = TRIGGERS_OF[table]
    return {
        "postgresql": f"""
            DROP TRIGGER IF EXISTS {name}_append_only ON {table};
            DROP TRIGGER IF EXISTS {name}_no_truncate ON {table};
        """,
        "sqlite": f"DROP TRIGGER IF EXISTS {name}_no_update; DROP TRIGGER IF EXISTS {name}_no_delete;",
    }


def _together(*parts: dict[str, str]) -> dict[str, str]:
    return {vendor: "".join(part[vendor] for part in parts) for vendor in ("postgresql", "sqlite")}


INSTALL = _together(protect("auditlog_auditseal"), guard_events(), guard_security())
REMOVE = _together(*map(release, TRIGGERS_OF))


def run(connection: Any, statements: dict[str, str]) -> None:
    """Executes INSTALL or REMOVE for the connection's vendor."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executescript(statements["sqlite"])
        else:
            cursor.execute(statements[connection.vendor])
