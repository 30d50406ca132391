"""The scratch installation: a PostgreSQL database of its own, a Redis database, a directory; production settings."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks import tokens
from tests import services
from tests.production import production_environment

HOST = "bench.example.com"
DATABASE = "vouch_bench"


@dataclass(frozen=True)
class Sizes:
    """Of docs: 100,000 customers, 100,000 contacts, 30,000 deals, 200,000 activities and notes, times `scale`."""

    scale: float

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
    url = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as directory:
        environment = {
            **os.environ,
            **production_environment(DATABASE_URL=url, REDIS_URL=redis, ALLOWED_HOSTS=HOST),
            "PUBLIC_URL": f"https://{HOST}",
            "DATA_DIR": directory,
            "LOG_LEVEL": "ERROR",
            "RATE_LIMIT_ENABLED": "false",
            "PYTHONPATH": str(services.ROOT),
        }
        try:
            fill(server, environment, sizes)
            yield environment
        finally:
            if os.environ.get("BENCH_KEEP") != "1":
                administer(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def fill(server: str, environment: dict[str, str], sizes: Sizes) -> None:
    if os.environ.get("BENCH_KEEP") == "1" and exists(server):
        print("Using the data of the last run (BENCH_KEEP=1).", flush=True)
    else:
        administer(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", f"CREATE DATABASE {DATABASE}")
        began = time.monotonic()
        manage(environment, "migrate", "--verbosity", "0")
        # The demo accounts have a public password, which production refuses; the scratch database is dropped.
        manage({**environment, "ENVIRONMENT": "development"}, "demo_data", *sizes.options)
        administer(urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}")), "VACUUM ANALYZE")
        tokens.fill(urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}")), sizes.of(tokens.TOKENS))
        print(f"Data are ready after {time.monotonic() - began:.0f} s.", flush=True)
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")


def administer(server: str, *statements: str) -> None:
    url = server if urlsplit(server).path == f"/{DATABASE}" else urlunsplit(urlsplit(server)._replace(path="/postgres"))
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def exists(server: str) -> bool:
    with psycopg.connect(urlunsplit(urlsplit(server)._replace(path="/postgres"))) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is not None


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(services.ROOT / "manage.py"), *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    if ran.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{ran.stdout[-2000:]}{ran.stderr[-4000:]}")
    return ran.stdout
