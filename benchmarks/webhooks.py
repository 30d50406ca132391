"""`make bench-webhooks`: what telling costs whoever writes, and how many deliveries one worker sends a second."""

import os
import subprocess
import sys

from benchmarks.scratch import Sizes, installation
from tests.services import ROOT


def main() -> None:
    scale = os.environ.get("BENCH_SCALE", "1")
    with installation(Sizes(0.02, "vouch_bench_webhooks")) as environment:
        command = [sys.executable, "-m", "benchmarks.webhook_work", scale]
        sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
