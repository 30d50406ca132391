"""What those who worked meanwhile felt of each blow: requests that failed, and the longest that one waited."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from benchmarks.faults.judging import Verdict
from benchmarks.faults.load import Answer
from benchmarks.faults.storm import RESTARTED

LONGEST_OUTAGE = 5.0  # seconds without the database
Window = tuple[str, list[Answer]]


def felt(answers: Sequence[Answer], fallen: Sequence[tuple[float, str]]) -> Verdict:
    verdict = Verdict(["| after | requests | failed | over | longest |", "| --- | --: | --: | --: | --: |"])
    for what, some in _windows(answers, fallen):
        failed = [one for one in some if one.failure]
        outage = max(one.at + one.took for one in failed) - min(one.at for one in failed) if failed else 0.0
        longest = max((one.took for one in some), default=0.0)
        share = f"{len(failed)} ({100 * len(failed) / len(some):.1f} %)" if failed else "0"
        verdict.lines.append(f"| {what} | {len(some):,} | {share} | {outage:.1f} s | {longest * 1000:,.0f} ms |")
        if what == RESTARTED:
            verdict.expect(outage <= LONGEST_OUTAGE, f"{what}: requests failed for {outage:.1f} s")
            verdict.expect(
                {one.failure for one in failed} <= {"503"}, f"{what}: failed otherwise than as 503: {failed}"
            )
        else:
            verdict.expect(not failed, f"{what}: {len(failed)} requests failed, such as {failed[:1]}")
    return verdict


def _windows(answers: Sequence[Answer], fallen: Sequence[tuple[float, str]]) -> Iterator[Window]:
    """Each blow with the requests that ended before the next one: who was being answered when it fell felt it, too."""
    for (start, what), (end, _next) in pairwise([*fallen, (float("inf"), "")]):
        yield what, [one for one in answers if start <= one.at + one.took < end]
