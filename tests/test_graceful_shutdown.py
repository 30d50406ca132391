"""A real server that is reloaded, stopped and started under load: nobody who asks is let down.

The socket is kept by this process as systemd keeps it (deploy/systemd/vouch-web.socket), so whoever comes while no
server is there waits. Each client asks without end and counts what it got; none tries twice.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

from tests.serving import get, given_socket, stopped, waited_for

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 6
EACH = 25  # answers between two acts

pytestmark = pytest.mark.once


class Clients:
    def __init__(self, port: int) -> None:
        self.port, self.ended, self.answers, self.failures = port, Event(), 0, []
        self.threads = [Thread(target=self.ask_without_end) for _ in range(CLIENTS)]

    def ask_without_end(self) -> None:
        while not self.ended.is_set():
            try:
                status = get(self.port, "/health/live").status
            except OSError as error:
                self.failures.append(repr(error))
            else:
                self.failures += [] if status == 200 else [str(status)]
            self.answers += 1

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def go_on(self) -> None:
        """Until so many more were answered."""
        wanted = self.answers + EACH * CLIENTS
        while self.answers < wanted:
            sleep(0.02)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(2048)
        yield one


@pytest.fixture
def start(listening: socket.socket, tmp_path: Path) -> Iterator[Any]:
    """Starts gunicorn on the socket as file descriptor 3, which is where systemd puts it."""
    servers = []
    environment = {**os.environ, "ENVIRONMENT": "testing", "DATABASE_URL": "", "REDIS_URL": "", "LISTEN_FDS": "1"}
    environment |= {"DATA_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--config", "deploy/gunicorn.conf.py"]
    command += ["--workers", "1"]  # each takes seconds to load

    def run() -> "subprocess.Popen[bytes]":
        words = given_socket(listening, command)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        servers.append(subprocess.Popen(words, cwd=ROOT, env=environment, pass_fds=[listening.fileno()], **quiet))
        waited_for(servers[-1], listening.getsockname()[1])
        return servers[-1]

    yield run
    for server in servers:
        stopped(server)


def test_reloaded_stopped_and_replaced_under_load_no_request_fails(listening, start):
    first = start()
    with Clients(listening.getsockname()[1]) as clients:
        clients.go_on()
        first.send_signal(signal.SIGHUP)
        clients.go_on()
        stopped(first)
        assert first.returncode == 0
        second = start()
        clients.go_on()
        third = start()  # two releases side by side, as in a rollout
        stopped(second)
        clients.go_on()
        assert third.poll() is None
        assert clients.answers >= 4 * EACH * CLIENTS and not clients.failures
        # Without a socket that stays, whoever comes meanwhile is refused: the count is one that can fail.
        stopped(third)
        listening.close()
        clients.go_on()
        assert clients.failures
