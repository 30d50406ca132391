"""PostgreSQL, by its own tools: a dump of one exported snapshot, and what that snapshot holds, read through it, too."""

import os
import re
import subprocess  # nosec B404
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from crm.core.ids import uuid7
from crm.ops.backups.errors import BackupError, ToolMissing
from crm.ops.backups.facts import Facts, facts
from crm.ops.backups.programs import run, tool

LOCK_WAIT = "10s"
JOBS = "2"
LIBPQ = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
# A role's limits are meant for requests; idle is what we are while pg_dump works in our snapshot.
NO_LIMITS = ("SET statement_timeout = 0", "SET idle_in_transaction_session_timeout = 0", "SET lock_timeout = '10s'")


@dataclass(frozen=True)
class Postgres:
    """One database, and how to reach it; `options` as in Django's OPTIONS."""

    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    vendor = "postgresql"
    dump_name = "database.dump"
    # A compressed dump beside the whole database takes about a third of its size, and so does its encrypted copy.
    room_for_dump = 1.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Postgres":
        """From an entry of DATABASES."""
        given = settings.get("OPTIONS") or {}
        options = {name: str(value) for name, value in given.items() if name in LIBPQ}
        words = {name.lower(): str(settings.get(name) or "") for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        return cls(**words, options=options)

    def another(self, name: str) -> "Postgres":
        return replace(self, name=name)

    @property
    def url(self) -> str:
        """As DATABASE_URL has it."""
        who = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        query = f"?{urlencode(self.options)}" if self.options else ""
        port = f":{self.port}" if self.port else ""
        return f"postgres://{who}{'@' if who else ''}{quote(self.host, safe='')}{port}/{quote(self.name)}{query}"

    def environment(self) -> dict[str, str]:
        """For PostgreSQL's own programs; nothing of it is shown in a list of processes."""
        pairs = {"PGDATABASE": self.name, "PGUSER": self.user, "PGPASSWORD": self.password, "PGHOST": self.host}
        pairs |= {"PGPORT": self.port, **{LIBPQ[name]: value for name, value in self.options.items()}}
        return {**os.environ, **{name: value for name, value in pairs.items() if value}}

    def connect(self, **more: Any) -> "psycopg.Connection[Any]":
        words = {"dbname": self.name, "user": self.user, "password": self.password, "host": self.host}
        words |= {"port": self.port, **self.options, "connect_timeout": "10", "application_name": "vouch backup"}
        try:
            return psycopg.connect(**{name: value for name, value in words.items() if value}, **more)  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            raise BackupError(f"The database {self.name} does not answer: {error}") from None

    def size(self) -> int:
        with self.connect() as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0

    def is_empty(self) -> bool:
        """No table in it, or no such database."""
        if not self.exists():
            return True
        with self.connect() as connection:
            row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        return not row or row[0] == 0

    def exists(self) -> bool:
        with self.maintenance() as connection:
            return (
                connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone() is not None
            )

    def version(self) -> str:
        """Of the server, as it says itself."""
        with self.connect() as connection:
            return str(connection.info.parameter_status("server_version") or "")

    def ready(self) -> None:
        """Raises ToolMissing where pg_dump is missing or older than the server, which it would refuse half-way."""
        ensure_not_older("pg_dump", self.version())

    @contextmanager
    def dumped(self, target: Path) -> Iterator[Facts]:
        """Writes the dump while the facts are read, both of one snapshot; within, it is on the disk."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in NO_LIMITS:
                cursor.execute(statement)
            connection.commit()
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), now()")
            snapshot, at = cursor.fetchone() or ("", None)
            command = [tool("pg_dump"), "--format=custom", "--compress=1", "--no-owner", f"--snapshot={snapshot}"]
            command += [f"--lock-wait-timeout={LOCK_WAIT}", f"--file={target}"]
            with run(command, self.environment()):
                found = {"at": at, **facts(cursor, self.vendor)}
        yield found

    def load(self, dump: Path) -> None:
        """Into this empty database. What other roles may do is not restored: they may not exist here."""
        command = [tool("pg_restore"), "--no-owner", "--no-acl", "--exit-on-error", f"--jobs={JOBS}"]
        with run([*command, f"--dbname={self.name}", str(dump)], self.environment()):
            pass

    def facts(self) -> Facts:
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in NO_LIMITS:
                cursor.execute(statement)
            return facts(cursor, self.vendor)

    def maintenance(self) -> "psycopg.Connection[Any]":
        """Where databases are created and dropped from, each statement by itself."""
        return self.another("postgres").connect(autocommit=True)

    def create(self, like: "Postgres | None" = None) -> None:
        """With the encoding and the collation of `like`, where that database is on the same server."""
        with self.maintenance() as connection:
            words = connection.execute(
                "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s",
                [like.name if like else ""],
            ).fetchone() or ("UTF8", None, None)
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {}").format(
                sql.Identifier(self.name), sql.Literal(words[0])
            )
            if words[1]:
                locale = sql.SQL(" LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(words[1]), sql.Literal(words[2]))
                statement += locale
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                raise BackupError(
                    "This database role may not create databases. Grant CREATEDB, or name one that may in"
                    " BACKUP_SCRATCH_URL.",
                    code="backup_no_scratch",
                ) from None

    def drop(self) -> None:
        """Without FORCE, which is refused to us while autovacuum is at work there: it leaves by itself otherwise."""
        with self.maintenance() as connection:
            _send_away(connection, self.name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(self.name)))

    @contextmanager
    def scratch(self) -> Iterator["Postgres"]:
        """An empty database beside this one, which is gone afterwards."""
        made = self.another(f"vouch_scratch_{uuid7().hex[-12:]}")
        made.create(self)
        try:
            yield made
        finally:
            made.drop()

    def take_over(self, ready: "Postgres", aside: str) -> None:
        """Gives `ready` this database's name; what had it is kept as `aside`. Whoever is connected is sent away."""
        with self.maintenance() as connection:
            if self.exists():
                _close(connection, self.name)
                _rename(connection, self.name, aside)
            try:
                _rename(connection, ready.name, self.name)
            except psycopg.Error:
                _rename(connection, aside, self.name)
                raise
            _open(connection, aside)


def _close(connection: "psycopg.Connection[Any]", name: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    _send_away(connection, name)


def _send_away(connection: "psycopg.Connection[Any]", name: str) -> None:
    """Whoever signed in. Autovacuum leaves a database that is renamed or dropped by itself, and is not ours to end."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND usesysid IS NOT NULL AND pid <> pg_backend_pid()",
        [name],
    )


def _open(connection: "psycopg.Connection[Any]", name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))


def _rename(connection: "psycopg.Connection[Any]", name: str, to: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def major(version: str) -> int:
    """`15.20 (Debian …)` → 15."""
    found = re.match(r"\d+", version)
    return int(found.group()) if found else 0


def ensure_not_older(program: str, server: str) -> str:
    """The client's own version. Raises ToolMissing."""
    said = subprocess.run([tool(program), "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # nosec B603
    found = re.search(r"\d[\d.]*", said.stdout)
    client = found.group() if found else ""
    if major(client) < major(server):
        raise ToolMissing(
            f"{program} is of version {client or 'unknown'}, the database of {server}: install a newer one."
        )
    return client
