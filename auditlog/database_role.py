"""What the application's own role may do on PostgreSQL: all that its work needs, and no more than that with the trail.

Migrations run as the owner of the tables, another role; the application is never owner, so that it can neither switch
off a trigger nor drop what it guards. The triggers decide which updates and deletions of events pass.
"""

from collections.abc import Iterator

from auditlog.append_only import EVENTS, PERSONAL, SECURITY, SECURITY_PERSONAL, TRIGGERS_OF

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# Sealing and erasing update a row once, purging removes an event after its time: as narrow as columns can say it.
CHANGEABLE = {
    EVENTS: ("seal_id", "erased_at", "salt", *PERSONAL),
    SECURITY: tuple(SECURITY_PERSONAL),
}


def statements(role: str, owner: str) -> Iterator[str]:
    """SQL for the owner of the tables or a superuser. Both are quoted names of roles that exist; may be run again."""
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}"
    yield f"GRANT {EVERYTHING} ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
    yield f"{defaults} {EVERYTHING} ON TABLES TO {role}"
    yield f"{defaults} USAGE, SELECT ON SEQUENCES TO {role}"
    for table in TRIGGERS_OF:
        yield f"REVOKE ALL ON {table} FROM {role}"
        yield f"GRANT SELECT, INSERT ON {table} TO {role}"
    for table, columns in CHANGEABLE.items():
        yield f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}"
    yield f"GRANT DELETE ON {EVENTS} TO {role}"
