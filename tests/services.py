"""Which of PostgreSQL, Redis, Chromium, Node, LibreOffice, an OpenSSH server and Dovecot can be reached, and where."""

import os
import shutil
import socket
import zlib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from amqp import AMQPError
from kombu import Connection

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
REDIS_DATABASES = 16


def postgres() -> str | None:
    """A URL whose database belongs to the tests of this checkout, if there is a server we may create databases on."""
    given = os.environ.get("TEST_POSTGRES_URL") or "postgres://postgres:postgres@127.0.0.1:5432"
    server = urlunsplit(urlsplit(given)._replace(path="/postgres"))
    try:
        with psycopg.connect(server, connect_timeout=2) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            may_create = row.fetchone() == (True,)
    except psycopg.Error:
        return None
    return urlunsplit(urlsplit(given)._replace(path=f"/{database_name()}")) if may_create else None


def database_name() -> str:
    """One for each checkout, so that two of them can be tested side by side."""
    return f"vouch_{zlib.crc32(str(ROOT).encode()):08x}"


def redis() -> str | None:
    """Database 15 of a local Redis, which nothing else is likely to use."""
    given = os.environ.get("TEST_REDIS_URL") or f"redis://127.0.0.1:6379/{REDIS_DATABASES - 1}"
    address = urlsplit(given)
    try:
        with socket.create_connection((address.hostname or "", address.port or 6379), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return given if connection.recv(64).startswith((b"+PONG", b"-NOAUTH")) else None
    except OSError:
        return None


def rabbitmq() -> str | None:
    """Where the tests may make queues and leave them."""
    given = os.environ.get("TEST_RABBITMQ_URL") or "amqp://guest:guest@127.0.0.1:5672//"
    try:
        with Connection(given, connect_timeout=2) as connection:
            connection.connect()
            return given
    except (OSError, AMQPError):
        return None


def redis_of_worker(url: str) -> str:
    """Parallel test processes must not share keys: each counts down from the database that was given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    address = urlsplit(url)
    number = int(address.path.strip("/") or REDIS_DATABASES - 1)
    return urlunsplit(address._replace(path=f"/{(number - worker) % REDIS_DATABASES}"))


def chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    return given or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def libreoffice() -> str | None:
    return shutil.which("soffice")


def sshd() -> str | None:
    """It lies where only administrators look for programs, and has to be called by its whole path."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found if shutil.which("ssh-keygen") else None


def dovecot() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def node() -> str | None:
    return shutil.which("node") if shutil.which("npm") else None
