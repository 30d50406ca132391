"""`make bench-export`: a million contacts go out as CSV, JSON lines and a workbook, on the data of `make bench-search`.

Digest and number of records are compared with the file, by something that is not ours. BENCH_KEEP=1 keeps the data.
"""

import os

from benchmarks.explorer import run
from benchmarks.exporting import TARGET_RATE, Exported, export_contacts
from benchmarks.scratch import Sizes, installation
from benchmarks.search import CONTACTS, DATABASE, contacts_in

EVERYBODY = "superadmin@demo.example"


def main() -> None:
    contacts = round(CONTACTS * float(os.environ.get("BENCH_SCALE", "1")))
    with installation(Sizes(contacts / CONTACTS / 4, DATABASE)) as environment:
        if contacts_in(environment["DATABASE_URL"]) < contacts:
            run(environment, "benchmarks.search_data", str(contacts))
        print("| form | rows | s | rows/s | MB at most |\n| --- | --: | --: | --: | --: |")
        for exported in export_contacts(environment, EVERYBODY):
            print(line(exported), flush=True)
        print(f"Target: {TARGET_RATE:,} rows/s as CSV; digests and numbers of records are those of the files.")


def line(exported: Exported) -> str:
    rate = exported.rows / exported.seconds
    return f"| {exported.form} | {exported.rows:,} | {exported.seconds:.1f} | {rate:,.0f} | {exported.megabytes:.0f} |"


if __name__ == "__main__":
    main()
