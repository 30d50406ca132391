"""Redis and Celery workers as processes that can be killed, stopped and started again."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from benchmarks.cluster import free_port
from benchmarks.faults.clock import FILE

APPLICATION = ("-m", "celery", "-A", "benchmarks.faults.celery_app")
NICE = "10"
QUEUES = ("mail", "mail", "webhooks", "webhooks", "seals,housekeeping,reports,backups")


class Broker:
    """A Redis that keeps nothing, as after a flush; for broker and cache."""

    def __init__(self, folder: str) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    def url(self, database: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                redis.Redis(port=self.port).ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def flush(self) -> None:
        redis.Redis(port=self.port).flushall()


@contextmanager
def new_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="vouch-redis-") as folder:
        broker = Broker(folder)
        try:
            yield broker
        finally:
            broker.stop()


@dataclass
class Worker:
    """Pages come first, as deploy/systemd has it: a worker is nicer than the web server."""

    command: list[str]
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["nice", "-n", NICE, *self.command], env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        """With its children: whatever they had in hand is cut off."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_children(self) -> None:
        """Those that do the work, as when memory runs out; Celery starts others."""
        for child in self.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def children(self) -> list[int]:
        pid = self.process.pid if self.process else 0
        with suppress(OSError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []


@dataclass
class Fleet:
    workers: list[Worker]
    clock: Path
    killed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def kill_one(self) -> None:
        """SIGKILL, in turns of a whole worker, which is started again at once, and of what does the work for it."""
        worker = self.chance.choice(self.workers)
        if self.killed % 2 and worker.children():
            worker.kill_children()
        else:
            worker.kill()
            worker.start()
        self.killed += 1

    def move_clock(self, seconds: int) -> None:
        self.clock.write_text(str(seconds))

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()


@contextmanager
def new_fleet(environment: dict[str, str]) -> Iterator[Fleet]:
    celery = [sys.executable, *APPLICATION]
    commands = [[*celery, "worker", "-Q", queues, "--concurrency", "1", "-l", "ERROR"] for queues in QUEUES]
    commands.append([*celery, "beat", "--pidfile=", "-l", "ERROR"])
    with tempfile.TemporaryDirectory(prefix="vouch-clock-") as folder:
        clock = Path(folder, "clock")
        fleet = Fleet([Worker(command, environment | {FILE: str(clock)}) for command in commands], clock)
        fleet.move_clock(0)
        try:
            for worker in fleet.workers:
                worker.start()
            yield fleet
        finally:
            fleet.stop()
