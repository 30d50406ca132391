"""`make bench-search`: the search over a million contacts. BENCH_KEEP=1 keeps them for the next run."""

import os

import psycopg

from benchmarks.explorer import run
from benchmarks.scratch import Sizes, administer, installation

DATABASE = "vouch_bench_search"
CONTACTS = 1_000_000


def main() -> None:
    contacts = round(CONTACTS * float(os.environ.get("BENCH_SCALE", "1")))
    with installation(Sizes(contacts / CONTACTS / 4, DATABASE)) as environment:
        url = environment["DATABASE_URL"]
        if contacts_in(url) < contacts:
            run(environment, "benchmarks.search_data", str(contacts))
        # As the product's own PostgreSQL settings say (docs/adr/0029).
        administer(url, f"ALTER DATABASE {DATABASE} SET random_page_cost = 1.1")
        run(environment, "benchmarks.search_work")


def contacts_in(url: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute("SELECT count(*) FROM customers_contact").fetchone()[0])  # type: ignore[index]


if __name__ == "__main__":
    main()
