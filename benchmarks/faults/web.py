"""Two web servers on one listening socket, as deploy/systemd has them: each is replaced while the other serves."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import given_socket

SERVERS = 2
PATIENCE = 60  # seconds
GUNICORN = (sys.executable, "-m", "gunicorn", "benchmarks.wsgi", "--config", "deploy/gunicorn.conf.py")
OPTIONS = ("--workers", "1", "--log-level", "critical")


class Server:
    """`start` waits until it can answer, which the worker tells (sd_notify(3))."""

    def __init__(self, listening: socket.socket, environment: dict[str, str], told: Path) -> None:
        self._listening, self._told = listening, told
        self._environment = environment | {"LISTEN_FDS": "1", "NOTIFY_SOCKET": str(told)}

    def start(self) -> None:
        fd = self._listening.fileno()
        command = given_socket(self._listening, [*GUNICORN, *OPTIONS])
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
            self._told.unlink(missing_ok=True)
            ears.bind(str(self._told))
            ears.settimeout(PATIENCE)
            self.process = subprocess.Popen(
                command, env=self._environment, pass_fds=[fd], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            while b"READY=1" not in ears.recv(1024):
                pass

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


class Web:
    def __init__(self, servers: list[Server], port: int) -> None:
        self.servers, self.port = servers, port

    def reload(self) -> None:
        """As docs/upgrading.md says: one after the other."""
        for server in self.servers:
            server.stop()
            server.start()


@contextmanager
def new_web(environment: dict[str, str]) -> Iterator[Web]:
    with tempfile.TemporaryDirectory(prefix="vouch-web-") as folder, socket.create_server(("127.0.0.1", 0)) as one:
        one.listen(2048)
        servers = [Server(one, environment, Path(folder, str(number))) for number in range(SERVERS)]
        for server in servers:
            server.start()
        try:
            yield Web(servers, one.getsockname()[1])
        finally:
            for server in servers:
                server.stop()
