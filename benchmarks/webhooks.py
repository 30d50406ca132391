"""`make bench-webhooks`: what telling costs whoever writes, and how many deliveries one worker sends a second."""

import os

from benchmarks.explorer import run
from benchmarks.scratch import Sizes, installation


def main() -> None:
    with installation(Sizes(0.02, "vouch_bench_webhooks")) as environment:
        run(environment, "benchmarks.webhook_work", os.environ.get("BENCH_SCALE", "1"))


if __name__ == "__main__":
    main()
