"""Timing a row: one client after another request, then eight at once. Bounded in time and number."""

import statistics
import threading
import time
from dataclasses import dataclass

from benchmarks.client import Answer, Client
from benchmarks.workload import Row

WARM_UP = 3
FEWEST = 15
SECONDS_ALONE = 4.0
SECONDS_TOGETHER = 2.5
TOGETHER = 8


@dataclass(frozen=True)
class Figures:
    """Milliseconds, statements, bytes on the wire; `rate` and `p95_together` are of eight clients, or 0."""

    p50: float
    p95: float
    statements: int
    cpu: float
    size: int
    rate: float
    p95_together: float
    faults: int


def measure(row: Row, client: Client) -> Figures:
    for _request in range(WARM_UP):
        row.step(client)
    answers = until(row, client, SECONDS_ALONE, row.most)
    rate, slow = (0.0, 0.0) if row.once else together(row, client)
    times = [answer.milliseconds for answer in answers]
    return Figures(
        p50=statistics.median(times),
        p95=percentile(times, 95),
        statements=max(answer.statements for answer in answers),
        cpu=statistics.median(answer.cpu for answer in answers),
        size=round(statistics.median(len(answer.body) for answer in answers)),
        rate=rate,
        p95_together=slow,
        faults=sum(answer.status >= 400 for answer in answers),
    )


def until(row: Row, client: Client, seconds: float, most: int) -> list[Answer]:
    answers: list[Answer] = []
    stop = time.monotonic() + seconds
    while len(answers) < most and (time.monotonic() < stop or len(answers) < FEWEST):
        answers.append(row.step(client))
    return answers


def together(row: Row, client: Client) -> tuple[float, float]:
    """Requests per second and the 95th percentile with eight clients."""
    gathered: list[list[Answer]] = [[] for _ in range(TOGETHER)]
    twins = [client.twin() for _ in range(TOGETHER)]

    def work(number: int) -> None:
        gathered[number] = until(row, twins[number], SECONDS_TOGETHER, 10_000)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(TOGETHER)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [answer for answers in gathered for answer in answers]
    return len(answers) / (time.monotonic() - began), percentile([answer.milliseconds for answer in answers], 95)


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
