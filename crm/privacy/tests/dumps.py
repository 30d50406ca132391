"""The whole database as text, as somebody would search a dump for a person."""

from django.db import connection

from auditlog.models import AuditEvent
from auditlog.sealing import seal_pending
from auditlog.trail import verification


def dump() -> str:
    """Every table; on PostgreSQL read through this connection, since the test's transaction is not committed."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return _readable("\n".join(connection.connection.iterdump()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return _readable("\n".join(rows))


def _readable(text: str) -> str:
    """With the bytes of binary columns, which a dump writes as hexadecimal, beside them."""
    blobs = b"\n".join(_blobs())
    return f"{text}\n{blobs.decode(errors='replace')}".casefold()


def _blobs() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM api_storedanswer")
        return [bytes(body) for (body,) in cursor.fetchall()]


def findings() -> list[object]:
    """What verification of the sealed trail has to say."""
    seal_pending()
    assert not AuditEvent.objects.filter(seal__isnull=True).exists()
    _run, found = verification()
    return list(found)
