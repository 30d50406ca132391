"""Processes count together, those that ended too, and their files do not pile up."""

import os
import subprocess
import sys

import pytest

from crm.core.metrics_files import GONE, fold_ended, is_running, pid_of

COUNT = """
from prometheus_client import Counter, Gauge, Histogram
Counter("things", "h", ["kind"]).labels("a").inc({number})
Gauge("open", "h", multiprocess_mode="livesum").set(3)
Histogram("seconds", "h").observe(0.2)
print("ready", flush=True)
input() if {waits} else None
"""
READ = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""
pytestmark = pytest.mark.once


def start(folder, number, waits):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", COUNT.format(number=number, waits=waits)], env=environment, **pipes)


def read(folder):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_what_ended_processes_counted_stays_and_their_files_go(tmp_path):
    with start(tmp_path, 5, True) as living:
        living.stdout.readline()
        for number in (1, 2, 4):
            with start(tmp_path, number, False) as ended:
                ended.communicate()
        assert 'things_total{kind="a"} 12.0' in read(tmp_path)
        assert fold_ended(tmp_path) == 9
        told = read(tmp_path)
        assert 'things_total{kind="a"} 12.0' in told and "seconds_count 4.0" in told and "open 3.0" in told
        assert {path.name for path in tmp_path.glob("*.db")} == {
            f"counter_{GONE}.db", f"histogram_{GONE}.db",
            *(f"{kind}_{living.pid}.db" for kind in ("counter", "histogram", "gauge_livesum")),
        }  # fmt: skip
        assert fold_ended(tmp_path) == 0 and read(tmp_path) == told
        living.communicate("\n")
    assert fold_ended(tmp_path) == 3
    told = read(tmp_path)
    assert 'things_total{kind="a"} 12.0' in told and "open" not in told


def test_whose_file_it_is(tmp_path):
    assert pid_of(tmp_path / "gauge_livesum_17.db") == 17 and pid_of(tmp_path / f"counter_{GONE}.db") is None
    assert is_running(os.getpid()) and is_running(1)
