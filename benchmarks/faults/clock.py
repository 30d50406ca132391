"""A clock of the workers' own, moved while they run by what a file says: seconds, ahead or behind.

What waits for so many seconds goes on to wait for true ones (time.monotonic), as when a time server corrects a machine.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from celery.signals import beat_init, worker_init, worker_process_init

FILE = "FAULTS_CLOCK"
LOOKS_EVERY = 0.5  # seconds


def follow(**_signal: Any) -> None:
    """In each process of a worker: a thread does not survive a fork."""
    threading.Thread(target=_follow, args=(Path(os.environ[FILE]),), daemon=True).start()


def _follow(file: Path) -> None:
    """By the true time, since a child is born into the time of its parent."""
    moved, traveller = None, None
    while True:
        if (by := float(file.read_text() or 0)) != moved:
            if traveller:
                traveller.stop()
            traveller, moved = time_machine.travel(_true_time() + timedelta(seconds=by), tick=True), by
            traveller.start()
        time.sleep(LOOKS_EVERY)


def _true_time() -> datetime:
    escape = time_machine.escape_hatch
    return escape.datetime.datetime.now(UTC) if escape.is_travelling() else datetime.now(UTC)


for signal in (worker_init, worker_process_init, beat_init):
    signal.connect(follow)
