"""An empty Debian 12 that boots: made by debootstrap, run by systemd-nspawn, in a network of its own with a way out."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.install import network

PLACE = Path("/var/tmp")
EMPTY = PLACE / "vouch-debian-12"
MIRROR = "http://deb.debian.org/debian"
SOURCES = f"""\
deb {MIRROR} bookworm main
deb {MIRROR} bookworm-updates main
deb {MIRROR}-security bookworm-security main
"""
# Program → Debian's package.
NEEDED = {name: name for name in ("debootstrap", "slirp4netns", "pebble")} | {"systemd-nspawn": "systemd-container"}
PATIENCE = 120  # seconds
ENVIRONMENT = {"HOME": "/root", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb"}


@dataclass
class Machine:
    folder: Path
    supervisor: "subprocess.Popen[bytes]"

    @property
    def first_process(self) -> str:
        pid = self.supervisor.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().strip()

    def entering(self, *words: str) -> list[str]:
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd"]
        given = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", "--target", self.first_process, *spaces, "env", "--ignore-environment", *given, *words]

    def ask(self, *words: str, check: bool = True) -> str:
        """What a command says inside, without a terminal."""
        done = subprocess.run(self.entering(*words), check=False, capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def off_and_on(self) -> None:
        self.ask("systemctl", "poweroff", check=False)
        self.supervisor.wait(PATIENCE)
        self.supervisor = started(self.folder)
        self.wait_until_booted()

    def off(self) -> None:
        self.supervisor.terminate()
        try:
            self.supervisor.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.supervisor.kill()

    def wait_until_booted(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and self.supervisor.poll() is None:
            if self.first_process and self.ask("systemctl", "is-system-running", check=False).strip() in BOOTED:
                return
            time.sleep(0.5)
        sys.exit(f"The machine does not come up:\n{(self.folder.parent / 'console').read_text()[-3000:]}")


BOOTED = ("running", "degraded")


@contextmanager
def empty_machine(host: str, keep: bool = False) -> Iterator[Machine]:
    """`keep` leaves its disk behind."""
    if missing := sorted({package for program, package in NEEDED.items() if not shutil.which(program)}):
        sys.exit(f"It takes root, and on Debian: apt-get install {' '.join(missing)}")
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="vouch-install-", dir=PLACE))
        if not keep:
            stack.callback(shutil.rmtree, place, ignore_errors=True)
        folder = new_disk(place / "disk", host)
        stack.enter_context(network.own_network())
        machine = Machine(folder, started(folder))
        stack.callback(machine.off)
        machine.wait_until_booted()
        yield machine


def new_disk(folder: Path, host: str) -> Path:
    if not EMPTY.exists():
        growing = EMPTY.with_suffix(".partial")
        shutil.rmtree(growing, ignore_errors=True)
        what = ["--variant=minbase", "--include=systemd-sysv", "bookworm", str(growing), MIRROR]
        subprocess.run(["debootstrap", *what], check=True, stdout=subprocess.DEVNULL)
        growing.rename(EMPTY)
    subprocess.run(["cp", "--archive", "--reflink=auto", EMPTY, folder], check=True)
    (folder / "etc/hostname").write_text(f"{host.partition('.')[0]}\n")
    (folder / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {host} {host.partition('.')[0]}\n")
    (folder / "etc/resolv.conf").write_text(f"nameserver {network.NAME_SERVER}\n")
    (folder / "etc/apt/sources.list").write_text(SOURCES)
    if files := os.environ.get("INSTALL_FILES"):
        shutil.copytree(files, folder, dirs_exist_ok=True, symlinks=True)
    return folder


def started(folder: Path) -> "subprocess.Popen[bytes]":
    command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={folder}", "--machine=vouch-install"]
    command += ["--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no"]
    command += ["--console=pipe", f"--network-namespace-path=/run/netns/{network.NAME}"]
    with (folder.parent / "console").open("wb") as console:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
