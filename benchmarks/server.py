"""A real server process: gunicorn, two workers of four threads."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cluster import free_port
from benchmarks.scratch import HOST

LAYOUT = ("--worker-class", "gthread", "--workers", "2", "--threads", "4")
PATIENCE = 60


class Server:
    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def worker_megabytes(self) -> float:
        """Resident memory of the largest worker."""
        parents = {pid: _status(pid, "PPid") for pid in filter(str.isdigit, os.listdir("/proc"))}
        workers = [pid for pid, parent in parents.items() if parent == str(self.process.pid)]
        return max(
            (int(_status(pid, "VmRSS").split()[0]) / 1024 for pid in workers if _status(pid, "VmRSS")), default=0
        )


@contextmanager
def running(environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.wsgi", "--bind", f"127.0.0.1:{port}", *LAYOUT]
    process = subprocess.Popen([*command, "--log-level", "warning", "--keep-alive", "900"], env=environment)
    try:
        wait_for(process, port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health/ready", headers={"Host": HOST})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)
    sys.exit("The server did not become ready.")


def _status(pid: str, name: str) -> str:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), "")
