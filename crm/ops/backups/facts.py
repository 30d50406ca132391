"""What a database holds, by which two are compared: rows and a digest for each table, migrations, head of the trail.

A digest is the sum of the first 60 bits of MD5 over each row's text, so that the order of rows does not matter; it
tells of accidents, and the signed manifest and the audit chain of intent.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from crm.ops.backups.errors import Different

Facts = dict[str, Any]
BITS = 60
SHOWN = 5
AS_TEXT = (
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO, YMD'",
    "SET intervalstyle = 'iso_8601'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
)
TABLES = {
    "postgresql": "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
}


def facts(cursor: Any, vendor: str) -> Facts:
    """Of the moment that the cursor's transaction sees."""
    count = _count_on_postgresql if vendor == "postgresql" else _count_on_sqlite
    if vendor == "postgresql":
        for setting in AS_TEXT:
            cursor.execute(setting)
    tables = {name: count(cursor, name) for name in _column(cursor, TABLES[vendor])}
    names = {name.removeprefix("public.") for name in tables}
    return {
        "tables": tables,
        "migrations": _migrations(cursor) if "django_migrations" in names else [],
        "audit": _audit(cursor) if "auditlog_auditseal" in names else {},
    }


def _count_on_postgresql(cursor: Any, table: str) -> dict[str, Any]:
    # `table` is quoted by the database itself.
    cursor.execute(
        f"SELECT count(*), coalesce(sum(('x' || left(md5(t::text), {BITS // 4}))::bit({BITS})::bigint), 0)"  # noqa: S608  # nosec B608
        f" FROM {table} AS t"
    )
    rows, total = cursor.fetchone()
    return {"rows": rows, "digest": f"{int(total):x}"}


def _count_on_sqlite(cursor: Any, table: str) -> dict[str, Any]:
    quoted = table.replace('"', '""')
    cursor.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  # nosec B608
    rows, total = 0, 0
    for row in cursor:
        rows += 1
        short = hashlib.md5(repr(row).encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
        total += int.from_bytes(short[:8], "big") >> (64 - BITS)
    return {"rows": rows, "digest": f"{total:x}"}


def _migrations(cursor: Any) -> list[str]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [f"{app}.{name}" for app, name in cursor.fetchall()]


def _audit(cursor: Any) -> dict[str, Any]:
    """The last seal, which is signed over everything before it; nothing before the first one."""
    cursor.execute("SELECT seq, signature FROM auditlog_auditseal ORDER BY seq DESC LIMIT 1")
    seq, signature = cursor.fetchone() or (0, "")
    cursor.execute("SELECT count(*) FROM auditlog_auditevent")
    return {"seal": seq, "signature": signature, "events": cursor.fetchone()[0]}


def _column(cursor: Any, statement: str) -> list[str]:
    cursor.execute(statement)
    return [row[0] for row in cursor.fetchall()]


def rows_in(found: Facts) -> int:
    return sum(table["rows"] for table in found["tables"].values())


def ensure_same(meant: Facts, found: Facts) -> None:
    """Raises Different, which names the first few differences."""
    if wrong := list(differences(meant, found)):
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Different(f"It does not hold what was backed up: {'; '.join(wrong[:SHOWN])}{more}.")


def differences(meant: Facts, found: Facts) -> Iterator[str]:
    yield from _of_tables(meant["tables"], found["tables"])
    if meant["migrations"] != found["migrations"]:
        yield "the migrations are others"
    if meant["audit"] != found["audit"]:
        yield "the audit trail ends with another seal"


def _of_tables(meant: dict[str, Any], found: dict[str, Any]) -> Iterable[str]:
    for name in sorted(meant.keys() | found.keys()):
        here, there = meant.get(name), found.get(name)
        if here is None or there is None:
            yield f"{name} is {'new' if here is None else 'missing'}"
        elif here["rows"] != there["rows"]:
            yield f"{name} has {there['rows']} rows where there were {here['rows']}"
        elif here["digest"] != there["digest"]:
            yield f"{name} holds other content"
