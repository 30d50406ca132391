"""Pages with 100,000 mails waiting and without: two copies of one database, asked in turns, so that a machine's drift
favours neither."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from benchmarks.measuring import percentile
from benchmarks.scratch import ROLE, administer, at, dropping
from tests import services

BACKLOG, ASKED = 100_000, 200
PAGES = ("/", "/customers/", "/contacts/?search=mar", "/settings/emails/", "/api/v1/customers", "/api/v1/emails")
WAITING = "vouch_bench_mails_waiting"

Process = subprocess.Popen[str]


def beside_a_backlog(environment: dict[str, str], scale: float) -> None:
    mails, asked = max(1000, round(BACKLOG * scale)), max(20, round(ASKED * scale))
    with copied(environment) as beside, asker(environment, 0) as alone, asker(beside, mails) as busy:
        print(f"Beside {mails:,} mails that wait, against none, {asked} requests each:")
        compared(alone, busy, asked)
        with worker(beside):
            print("And while one worker sends them:")
            compared(alone, busy, asked)


@contextmanager
def copied(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Another database with the same content, and a cache of its own."""
    url, server = environment["DATABASE_URL"], services.postgres()
    assert server is not None
    template = urlsplit(url).path[1:]
    administer(at(server, "postgres"), dropping(WAITING), f"CREATE DATABASE {WAITING} TEMPLATE {template} OWNER {ROLE}")
    try:
        administer(at(url, WAITING), "VACUUM ANALYZE")
        yield {**environment, "DATABASE_URL": at(url, WAITING), "REDIS_URL": at(environment["REDIS_URL"], "14")}
    finally:
        administer(at(server, "postgres"), dropping(WAITING))


@contextmanager
def asker(environment: dict[str, str], mails: int) -> Iterator[Process]:
    with started(environment, "benchmarks.mail_pages", str(mails)) as process:
        for page in PAGES:
            say(process, page)
        yield process


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[None]:
    """Nicer than pages, as those of docs/deployment.md are."""
    with started(environment, "benchmarks.mail_draining", before=("nice", "-n", "10")) as process:
        assert process.stdout
        process.stdout.readline()
        yield


@contextmanager
def started(environment: dict[str, str], module: str, *words: str, before: tuple[str, ...] = ()) -> Iterator[Process]:
    command, pipe = [*before, sys.executable, "-m", module, *words], subprocess.PIPE
    with subprocess.Popen(command, cwd=services.ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def say(process: Process, line: str) -> float:
    """Milliseconds that it took."""
    assert process.stdin and process.stdout
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def compared(alone: Process, busy: Process, asked: int) -> None:
    times: dict[str, tuple[list[float], list[float]]] = {page: ([], []) for page in PAGES}
    order = [page for page in PAGES for _ in range(asked)]
    random.Random(5).shuffle(order)
    for turn, page in enumerate(order):
        for which in (0, 1) if turn % 2 else (1, 0):
            times[page][which].append(say((alone, busy)[which], page))
    for page, (without, beside) in times.items():
        median, slow = (100 * (percentile(beside, part) / percentile(without, part) - 1) for part in (50, 95))
        figures = f"p95 {percentile(beside, 95):.1f} ms, {percentile(without, 95):.1f} without"
        print(f"{page}: {figures}: {slow:+.0f} % (median {median:+.0f} %)", flush=True)
