"""`make bench`. BENCH_SCALE=0.01 is a quick look, BENCH_KEEP=1 keeps the data for the next run, BENCH_ONLY picks."""

import os

from benchmarks import report, tokens
from benchmarks.client import Client
from benchmarks.exporting import export_contacts
from benchmarks.importing import ROWS, import_contacts
from benchmarks.measuring import measure
from benchmarks.scratch import Sizes, installation, manage
from benchmarks.server import Server, running
from benchmarks.workload import look_around, rows


def main() -> None:
    scale = float(os.environ.get("BENCH_SCALE", "1"))
    with installation(Sizes(scale)) as environment:
        with running(environment) as server:
            robot = tokens.client_of(manage(environment, "create_oauth_client", *ROBOT))
            lines, token = run(server, robot)
            notes = [report.memory_line(server.worker_megabytes()), tokens.validation_line(environment, token)]
        if not os.environ.get("BENCH_ONLY"):
            notes += map(report.export_line, export_contacts(environment))
            notes.append(report.import_line(import_contacts(environment, max(200, round(ROWS * min(1, scale))))))
    print("\n".join(notes))
    if not os.environ.get("BENCH_ONLY"):
        report.write(lines, notes, scale)
        print(f"Written to {report.RESULTS}")


ROBOT = ("--name", "Bench", "--type", "confidential", "--scopes", "customers:read")


def run(server: Server, robot: dict[str, str]) -> tuple[list[str], str]:
    """The lines, and an access token that is still good."""
    people = people_of(server)
    issued = people["rep"].tokens()
    people["token"] = Client(server.port, token=issued["access_token"])
    people["nobody"] = Client(server.port)
    wanted = os.environ.get("BENCH_ONLY", "")
    lines = []
    print(f"{report.HEADINGS}\n{report.RULE}", flush=True)
    for row in rows(look_around(people["rep"]), issued["refresh_token"], robot):
        if wanted in row.name:
            lines.append(report.line(row, measure(row, people[row.person])))
            print(lines[-1], flush=True)
    return lines, people["rep"].tokens()["access_token"]


def people_of(server: Server) -> dict[str, Client]:
    people = {name: Client(server.port) for name in ("rep", "superadmin")}
    for name, client in people.items():
        client.sign_in(f"{name}@demo.example")
    return people


if __name__ == "__main__":
    main()
