"""`make install-drill`: somebody who has the documents alone gets from an empty Debian 12 to an installation.

Every command is read from docs/deployment.md and docs/upgrading.md, typed at the terminal of a machine that boots, and
has to end well; then it is proved that what they promise is there. INSTALL_KEEP=1 leaves the machine's disk behind;
INSTALL_FILES is a folder whose files the machine has from the beginning, such as an authority of your own network.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.install import authority, proofs
from benchmarks.install.machine import Machine, empty_machine
from benchmarks.install.pages import NUMBERED, ROOT, Step, steps
from benchmarks.install.terminal import Ran, Terminal
from benchmarks.install.visitor import Visitor

HOST = "crm.example.com"
OWNER = f"owner@{HOST}"
RELEASE = "v0.2.0"  # as docs/upgrading.md calls it
REPOSITORY = "/srv/vouch.git"
SHOWN = 15  # lines of what a command says


class Drill:
    def __init__(self, machine: Machine) -> None:
        self.machine, self.password, self.times = machine, secrets.token_urlsafe(15), dict[str, float]()
        self.identity, self.root = "", Path()

    @property
    def answers(self) -> dict[str, Callable[[], str]]:
        """What the commands ask, and what a person says."""
        return {
            r"(?i)e-?mail( address)?: ": lambda: OWNER,
            r"Password( \(again\))?: ": lambda: self.password,
            r"Backup identity: ": lambda: self.identity,
            r"\(Enter 'c' to cancel\): ": lambda: OWNER,
            r"(?s)Do you agree\?.*?\(Y\)es/\(N\)o: ": lambda: "Y",
            r"(?s)Would you be willing.*?\(Y\)es/\(N\)o: ": lambda: "N",
        }

    def follow(self, found: list[Step], before: dict[str, Callable[[], None]]) -> None:
        """`before` says what is done beside the terminal before a command that begins so."""
        for step in found:
            print(f"\n## {step.title}", flush=True)
            terminal, began = Terminal(self.machine, self.answers), time.monotonic()
            for command in step.commands:
                for act in [act for start, act in before.items() if command.startswith(start)]:
                    act()
                tell(terminal.run(command))
            terminal.close()
            self.times[step.title] = time.monotonic() - began

    def put_away(self) -> None:
        self.identity = (self.machine.folder / "etc/vouch/backup-identity.txt").read_text().strip()

    def open_authority(self) -> None:
        self.root = authority.opened(self.machine)


def tell(ran: Ran) -> None:
    print(f"# {ran.command}")
    lines = ran.output.splitlines()
    for line in lines if ran.status else lines[-SHOWN:]:
        print(f"    {line}")
    print(f"    -> {ran.status}, {ran.seconds:.1f} s", flush=True)
    if ran.status:
        sys.exit("That is not how the documents tell it.")


def repository(machine: Machine) -> None:
    """What is committed here, and a release after it."""
    place = machine.folder / REPOSITORY[1:]
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, place], check=True)
    who = ["-c", "user.name=Vouch", "-c", "user.email=vouch@example.com"]
    tree = subprocess.run(["git", "rev-parse", "HEAD^{tree}"], cwd=place, check=True, capture_output=True, text=True)
    words = ["commit-tree", "-p", "HEAD", "-m", f"Release {RELEASE}", tree.stdout.strip()]
    made = subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True, text=True)
    subprocess.run(["git", "tag", RELEASE, made.stdout.strip()], cwd=place, check=True)


def all_pages() -> dict[str, list[Step]]:
    """As they are when it begins."""
    names = {"REPOSITORY": REPOSITORY, "YOUR.NAME": HOST}
    return {
        "deployment": steps("deployment.md", NUMBERED, **names),
        "backups": steps("backups.md", "Verified by the machine itself"),
        "upgrading": steps("upgrading.md", "One machine, no gap"),
    }


def prove(drill: Drill) -> Visitor:
    print("\n## What is there now", flush=True)
    machine, visitor = drill.machine, Visitor(HOST, drill.root)
    proofs.served_over_tls(visitor)
    proofs.signs_in(visitor, OWNER, drill.password)
    proofs.healthy(visitor)
    proofs.closed_to_the_world(machine)
    proofs.confined(machine)
    proofs.mail_arrives(machine, Visitor(HOST, drill.root), OWNER)
    for unit in ("vouch-web@1", "vouch-web@2"):
        proofs.nothing_lost(f"systemctl restart {unit}", machine, visitor, "systemctl", "restart", unit)
    proofs.certificate_is_renewed(machine)
    proofs.comes_back(machine, visitor)
    return visitor


def main() -> None:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with empty_machine(HOST, keep=bool(os.environ.get("INSTALL_KEEP"))) as machine:
        print(f"An empty Debian {(machine.folder / 'etc/debian_version').read_text().strip()} has booted.")
        repository(machine)
        machine.ask("useradd", "--no-create-home", OWNER.partition("@")[0])  # a mailbox of this machine
        drill, pages = Drill(machine), all_pages()
        beside = {"rm /etc/vouch/": drill.put_away, "certbot ": drill.open_authority}
        drill.follow(pages["deployment"], beside)
        drill.follow(pages["backups"], {})
        visitor = prove(drill)
        with proofs.Crowd(visitor) as crowd:
            drill.follow(pages["upgrading"], {})
        proofs.check(f"of {crowd.answers} requests meanwhile none is lost", not crowd.failures, crowd.failures[:5])
        proofs.served_over_tls(visitor)
        print("\n".join(["", *(f"{seconds:8.1f} s  {title}" for title, seconds in drill.times.items())]))
    print(f"{time.monotonic() - began:8.1f} s  in all")


if __name__ == "__main__":
    main()
