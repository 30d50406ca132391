"""The product as a stranger starts it: a server process of its own, on a database of its own, with demo data."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "Demo-Lantern-42"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, customers: int = 60) -> Iterator[str]:
    """Migrates, fills and serves; yields the address. The log is in `server.log` of the folder."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))},
        "ENVIRONMENT": "development",
        "DATABASE_URL": f"sqlite:///{folder / 'browser.sqlite3'}",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": address,
        "EMAIL_URL": "console://",
        "LOG_LEVEL": "INFO",
    }
    for command in (["migrate", "--verbosity", "0"], ["demo_data", "--customers", str(customers), "--seed", "7"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environ, check=True, capture_output=True)
    with (folder / "server.log").open("w") as log:
        gunicorn = [
            "-m",
            "gunicorn",
            "crm.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "8",
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


def wait_until_ready(address: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} was not ready in {seconds} s")
