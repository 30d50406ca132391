"""`make bench-mails`: what a mail costs whoever writes, how many leave a second, and what a backlog costs the pages."""

import os

from benchmarks.explorer import run
from benchmarks.mail_backlog import beside_a_backlog
from benchmarks.scratch import Sizes, installation


def main() -> None:
    scale = os.environ.get("BENCH_SCALE", "1")
    with installation(Sizes(0.05, "vouch_bench_mails")) as environment:
        run(environment, "benchmarks.mail_work", scale)
        beside_a_backlog(environment, float(scale))


if __name__ == "__main__":
    main()
