"""`make bench-explorer`: the audit explorer on ten million events. BENCH_KEEP=1 keeps them for the next run."""

import os
import subprocess
import sys

import psycopg

from benchmarks.scratch import Sizes, administer, installation
from tests.services import ROOT

DATABASE = "vouch_bench_explorer"
EVENTS = 10_000_000


def main() -> None:
    events = round(EVENTS * float(os.environ.get("BENCH_SCALE", "1")))
    with installation(Sizes(0.01, DATABASE)) as environment:
        url = environment["DATABASE_URL"]
        if not is_filled(url):
            run(environment, "benchmarks.explorer_data", str(events))
        # As the product's own PostgreSQL settings say (docs/adr/0029).
        administer(url, f"ALTER DATABASE {DATABASE} SET random_page_cost = 1.1", "VACUUM ANALYZE auditlog_audittally")
        run(environment, "benchmarks.explorer_work")


def is_filled(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM auditlog_auditseal OFFSET 1000 LIMIT 1").fetchone() is not None


def run(environment: dict[str, str], *words: str) -> None:
    ran = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment, check=False)
    if ran.returncode:
        sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
