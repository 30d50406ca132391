"""Redis and Celery workers as processes that can be killed, stopped and started again."""

import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from benchmarks.cluster import free_port

APPLICATION = ("-m", "celery", "-A", "benchmarks.faults.celery_app")
QUEUES = ("mail", "mail", "webhooks", "webhooks", "seals,housekeeping,reports,backups")
FAKETIME = Path(f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketimeMT.so.1")


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
    command: list[str]
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, clock: str = "") -> None:
        moved = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if clock else {}
        self.process = subprocess.Popen(
            self.command, env={**self.environment, **moved}, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self, kind: signal.Signals = signal.SIGKILL) -> None:
        """With its children: whatever they had in hand is cut off."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, kind)
        self.process.wait()


@dataclass
class Fleet:
    workers: list[Worker]
    clock: str = ""
    killed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def kill_one(self) -> None:
        """SIGKILL, and another one at once."""
        worker = self.chance.choice(self.workers)
        worker.kill()
        worker.start(self.clock)
        self.killed += 1

    def move_clock(self, clock: str) -> None:
        self.clock = clock
        for worker in self.workers:
            worker.kill()
            worker.start(clock)

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()


@contextmanager
def new_fleet(environment: dict[str, str]) -> Iterator[Fleet]:
    celery = [sys.executable, *APPLICATION]
    commands = [[*celery, "worker", "-Q", queues, "--concurrency", "1", "-l", "ERROR"] for queues in QUEUES]
    commands.append([*celery, "beat", "--pidfile=", "-l", "ERROR"])
    fleet = Fleet([Worker(command, environment) for command in commands])
    try:
        for worker in fleet.workers:
            worker.start()
        yield fleet
    finally:
        fleet.stop()
