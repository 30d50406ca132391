"""The scratch installation: a PostgreSQL database of its own, a Redis database, a directory; production settings."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks import tokens
from tests import services
from tests.production import production_environment

HOST = "bench.example.com"
ROLE = "vouch_bench"


@dataclass(frozen=True)
class Sizes:
    """Of docs: 100,000 customers, 100,000 contacts, 30,000 deals, 200,000 activities and notes, times `scale`."""

    scale: float
    database: str = "vouch_bench"

    def of(self, number: int) -> int:
        return max(20, round(number * self.scale))

    @property
    def options(self) -> list[str]:
        numbers = {"customers": 100_000, "contacts": 100_000, "deals": 30_000, "activities": 200_000}
        return [part for kind, number in numbers.items() for part in (f"--{kind}", str(self.of(number)))]


@contextmanager
def installation(sizes: Sizes) -> Iterator[dict[str, str]]:
    """The environment of a filled installation. The database is dropped at the end unless BENCH_KEEP=1."""
    server, redis = services.postgres(), services.redis()
    if server is None or redis is None:
        sys.exit("The benchmark needs PostgreSQL and Redis: set TEST_POSTGRES_URL and TEST_REDIS_URL.")
    own = at(with_own_role(server), sizes.database)
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as directory:
        environment = {
            **os.environ,
            **production_environment(DATABASE_URL=own, REDIS_URL=redis, ALLOWED_HOSTS=HOST),
            "PUBLIC_URL": f"https://{HOST}",
            "DATA_DIR": directory,
            "LOG_LEVEL": "ERROR",
            "RATE_LIMIT_ENABLED": "false",
            # The administrator of the benchmark has none to show.
            "MFA_REQUIRED_FOR": "none",
            "PYTHONPATH": str(services.ROOT),
        }
        try:
            fill(server, own, environment, sizes)
            yield environment
        finally:
            if os.environ.get("BENCH_KEEP") != "1":
                administer(at(server, "postgres"), dropping(sizes.database))


def with_own_role(server: str) -> str:
    """The server's address for a role with a password made now: production refuses those that everybody knows."""
    password = secrets.token_urlsafe(24)
    with psycopg.connect(at(server, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        verb = "ALTER" if known else "CREATE"
        statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
        connection.execute(statement.format(sql.SQL(verb), sql.Identifier(ROLE), sql.Literal(password)))
    address = urlsplit(server)
    return urlunsplit(address._replace(netloc=f"{ROLE}:{password}@{address.netloc.rpartition('@')[2]}"))


def fill(server: str, own: str, environment: dict[str, str], sizes: Sizes) -> None:
    if os.environ.get("BENCH_KEEP") == "1" and exists(server, sizes.database):
        print("Using the data of the last run (BENCH_KEEP=1).", flush=True)
    else:
        administer(at(server, "postgres"), dropping(sizes.database), f"CREATE DATABASE {sizes.database} OWNER {ROLE}")
        began = time.monotonic()
        manage(environment, "migrate", "--verbosity", "0")
        # The demo accounts have a public password, which production refuses; the scratch database is dropped.
        manage({**environment, "ENVIRONMENT": "development"}, "demo_data", *sizes.options)
        administer(own, "VACUUM ANALYZE")
        tokens.fill(own, sizes.of(tokens.TOKENS))
        print(f"Data are ready after {time.monotonic() - began:.0f} s.", flush=True)
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")


def at(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def dropping(database: str) -> str:
    return f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"


def administer(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def exists(server: str, database: str) -> bool:
    with psycopg.connect(at(server, "postgres")) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(services.ROOT / "manage.py"), *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    if ran.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{ran.stdout[-2000:]}{ran.stderr[-4000:]}")
    return ran.stdout
