"""A real OpenSSH server on the loopback, with keys of its own that are thrown away, for SFTP alone."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import sshd

CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
AuthorizedKeysFile {home}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
LogLevel ERROR
"""


class SftpServer:
    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.folder = home / "incoming"
        self.folder.mkdir()
        for name in ("host_key", "user_key", "other_key"):
            make_key(home / name)
        (home / "authorized_keys").write_text((home / "user_key.pub").read_text())
        (home / "sshd_config").write_text(CONFIG.format(port=self.port, home=home))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> dict[str, Any]:
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        own = {"user": user, "password": "", "private_key": (self.home / "user_key").read_text()}
        key = " ".join((self.home / "host_key.pub").read_text().split()[:2])
        return {"host": "127.0.0.1", "port": self.port, "folder": str(self.folder), "host_key": key, **own}

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        command = [str(sshd()), "-D", "-e", "-f", str(self.home / "sshd_config")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("sshd does not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make_key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


@pytest.fixture
def sftp(settings: Any, tmp_path: Path) -> Iterator[SftpServer]:
    home = tmp_path / "ssh"
    home.mkdir()
    server = SftpServer(home)
    server.start()
    settings.EXPORT_SFTP, settings.EXPORT_PRIVATE_HOSTS = server.place, True
    yield server
    server.stop()
