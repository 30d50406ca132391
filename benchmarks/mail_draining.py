"""Runs inside a scratch installation: one worker that sends what waits, and says when it begins."""

import signal
import sys

from benchmarks.mail_work import drained, to_a_sink


def main() -> None:
    # As an exit, so that the sink ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    to_a_sink()
    print("begins", flush=True)
    drained()


if __name__ == "__main__":
    main()
