"""The product as a stranger starts it: a server process of its own, on a database of its own, with demo data."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "Demo-Lantern-42"
DATABASE = "browser.sqlite3"
# How pages are served, and how the event stream is.
WSGI, ASGI = ("crm.wsgi", "--threads", "8"), ("crm.asgi", "--worker-class", "asgi", "--graceful-timeout", "2")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, address: str = "http://127.0.0.1") -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))},
        "ENVIRONMENT": "development",
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": address,
        "EMAIL_URL": "console://",
        "LOG_LEVEL": "INFO",
    }


def manage(folder: Path, *arguments: str) -> str:
    """A command on the database of what is served from this folder; answers what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def served(folder: Path, migrated: Path, customers: int = 60, worker: Sequence[str] = WSGI) -> Iterator[str]:
    """Fills and serves a copy of the migrated database; yields the address. The log is `server.log` in the folder."""
    shutil.copy(migrated, folder / DATABASE)
    manage(folder, "demo_data", "--customers", str(customers), "--seed", "7")
    with process_of(folder, worker) as address:
        yield address


@contextmanager
def process_of(folder: Path, worker: Sequence[str]) -> Iterator[str]:
    """A server on the database in the folder, as it is."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = environment(folder, address)
    with (folder / "server.log").open("w") as log:
        gunicorn = [
            "-m",
            "gunicorn",
            *worker,
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "error",
        ]
        process = subprocess.Popen([sys.executable, *gunicorn], cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            wait_until_ready(address)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_ready(address: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} was not ready in {seconds} s")


@contextmanager
def somebody_writes(folder: Path) -> Iterator[None]:
    """No other write of the served product gets through meanwhile; whoever reads sees what was before."""
    connection = sqlite3.connect(folder / DATABASE, timeout=20, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()
