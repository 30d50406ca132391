"""`make bench-audit`: what sealing costs the writers, and how long a million events take to seal and to verify.

`make soak-audit` and `make bench-import` run another module in such an installation instead.
"""

import os
import subprocess
import sys

from benchmarks.scratch import Sizes, installation
from tests.services import ROOT


def main() -> None:
    scale = os.environ.get("BENCH_SCALE", "1")
    with installation(Sizes(0.01)) as environment:
        command = [sys.executable, "-m", *(sys.argv[1:] or ["benchmarks.audit_work"]), scale]
        sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
