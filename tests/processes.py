"""An installation of real processes: PostgreSQL, Redis, two web servers and workers of its own, to be broken at will.

The database is a copy of the tests' own, which is migrated already.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psycopg
from django.contrib.auth.hashers import make_password
from django.db import connection, connections

from accounts.models import Membership, Role, Team, User
from benchmarks.client import PASSWORD, Client
from benchmarks.cluster import Cluster, as_postgres, free_port, new_cluster, program, started, stopped
from benchmarks.faults.fleet import Broker, new_broker
from benchmarks.scratch import HOST
from benchmarks.server import wait_for
from tests.services import ROOT

DATABASE = "vouch"
# The first keeps a connection per thread, the second a pool.
SERVERS: tuple[dict[str, str], ...] = ({}, {"DB_POOL_SIZE": "4", "DB_POOL_MIN": "4", "DB_POOL_TIMEOUT": "3"})


@dataclass
class Rig:
    """`ports` of the web servers; `alias` is the database for the ORM of the test."""

    cluster: Cluster
    redis: Broker
    environment: dict[str, str]
    ports: list[int]
    people: dict[str, User] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.cluster.url(DATABASE)

    def at(self, server: int, who: Client | None = None) -> Client:
        """A visitor of that server, or a person who signed in elsewhere."""
        return Client(self.ports[server], who.cookies if who else None)

    def signed_in(self, server: int, name: str) -> Client:
        client = self.at(server)
        client.sign_in(self.people[name].email)
        return client

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as database:
            return database.execute(statement, values).fetchall()  # type: ignore[call-overload,no-any-return]


@contextmanager
def new_rig() -> Iterator[Rig]:
    with ExitStack() as stack:
        cluster, redis = stack.enter_context(new_cluster()), stack.enter_context(new_broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vouch-rig-"))
        copy_database(cluster)
        environment = {
            **os.environ,
            "ENVIRONMENT": "development",
            "DATABASE_URL": cluster.url(DATABASE),
            "REDIS_URL": redis.url(0),
            "CELERY_BROKER_URL": redis.url(1),
            "RATE_LIMIT_ENABLED": "true",
            "ALLOWED_HOSTS": HOST,
            "PUBLIC_URL": f"https://{HOST}",
            "DATA_DIR": folder,
            "EMAIL_URL": "console://",
            "LOG_LEVEL": "CRITICAL",
            "PYTHONPATH": str(ROOT),
        }
        rig = Rig(cluster, redis, environment, [])
        with as_alias("rig", rig.url):
            rig.people = {name: person(name, role) for name, role in PEOPLE.items()}
        processes = [start_server(rig, words) for words in SERVERS]
        stack.callback(lambda: [stop(process) for process in processes])
        for process, port in zip(processes, rig.ports, strict=True):
            wait_for(process, port)
        yield rig


PEOPLE = {"boss": "superadmin", "rep": "sales_rep", "other": "sales_rep", "locked": "sales_rep"}


def person(name: str, role: str) -> User:
    team, _ = Team.objects.using("rig").get_or_create(name="Of the rig")
    wanted = Role.objects.using("rig").get(name=role)
    made = User.objects.using("rig").create(
        email=f"{name}@rig.example", full_name=name.title(), role=wanted, password=make_password(PASSWORD)
    )
    Membership.objects.using("rig").create(user=made, team=team)
    return made


@contextmanager
def as_alias(alias: str, url: str) -> Iterator[None]:
    """Another database for the ORM of this process."""
    address = psycopg.conninfo.conninfo_to_dict(url)
    place = {"NAME": address["dbname"], "HOST": address["host"], "PORT": address["port"], "USER": address["user"]}
    connections.settings[alias] = {**connections.settings["default"], **place, "PASSWORD": ""}
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def copy_database(cluster: Cluster) -> None:
    words = connection.settings_dict
    source = f"postgres://{quote(words['USER'])}:{quote(words['PASSWORD'])}@{words['HOST']}:{words['PORT'] or 5432}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {DATABASE}")
    dump = [program("pg_dump"), "--no-owner", "--format=plain", f"{source}/{words['NAME']}"]
    restore = [program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", cluster.url(DATABASE)]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
        subprocess.run(restore, stdin=dumping.stdout, check=True)
    assert dumping.returncode == 0


def start_server(rig: Rig, more: dict[str, str]) -> "subprocess.Popen[bytes]":
    rig.ports.append(free_port())
    command = [sys.executable, "-m", "gunicorn", "benchmarks.wsgi", "--bind", f"127.0.0.1:{rig.ports[-1]}"]
    layout = ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "900", "--graceful-timeout", "1"]
    return subprocess.Popen([*command, *layout], env={**rig.environment, **more}, stderr=subprocess.DEVNULL)


@contextmanager
def celery_workers(rig: Rig, number: int, queues: str) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "crm.celery", "worker", "-Q", queues, "--pool", "solo"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [
        subprocess.Popen([*command, "-l", "ERROR", "-n", f"rig{n}@%h"], env=rig.environment, **quiet)  # type: ignore[call-overload]
        for n in range(number)
    ]
    try:
        yield
    finally:
        for process in processes:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.kill() if process.poll() is None and process.args[2] == "celery" else process.terminate()  # type: ignore[index]
    process.wait(timeout=30)


@contextmanager
def replica_of(cluster: Cluster) -> Iterator[Cluster]:
    """Streams from the primary; both end with the rig."""
    data, other = cluster.folder / "replica", Cluster(cluster.folder, free_port())
    words = ["--host=127.0.0.1", f"--port={cluster.port}", "--username=postgres", "--write-recovery-conf"]
    as_postgres("pg_basebackup", *words, f"--pgdata={data}", "--checkpoint=fast", "--no-sync", "--wal-method=stream")
    started(other, data)
    try:
        yield other
    finally:
        stopped(data)


def restart(cluster: Cluster) -> None:
    as_postgres("pg_ctl", "--pgdata", str(cluster.data), "--wait", "--mode=fast", "restart")
