"""`make faults`: see docs/jobs.md. FAULTS_SCALE=0.05 is a short form."""

import os
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack

from benchmarks.client import Client
from benchmarks.cluster import new_cluster
from benchmarks.faults import judging, load, storm
from benchmarks.faults.fleet import FAKETIME, new_broker, new_fleet
from benchmarks.faults.receivers import Taken, mail_server, web_server
from benchmarks.measuring import percentile
from benchmarks.scratch import Sizes, installation
from benchmarks.server import running

MESSAGES, STORM = 2000, 150  # of each kind; seconds
SHORTEST_STORM, KILLS_EVERY = 45, 4
PATIENCE = 600  # seconds after the storm until everything has ended
SLOWEST = 2.0  # seconds
ENDPOINTS = ("steady", "failing", "busy", "slow", "redirecting")


def main(scale: float) -> int:
    with ExitStack() as stack:
        cluster, broker, taken = stack.enter_context(new_cluster()), stack.enter_context(new_broker()), Taken()
        os.environ |= {"TEST_POSTGRES_URL": cluster.url("postgres"), "TEST_REDIS_URL": broker.url(0)}
        environment = stack.enter_context(installation(Sizes(0.002, "vouch_faults"))) | {
            "ENVIRONMENT": "development",
            "EMAIL_URL": f"smtp://127.0.0.1:{stack.enter_context(mail_server(taken))}",
            "CELERY_BROKER_URL": broker.url(1),
        }
        server = stack.enter_context(running(environment, quiet=True))
        person = Client(server.port)
        person.sign_in("superadmin@demo.example")
        listen(person, stack.enter_context(web_server(taken)))
        fleet = stack.enter_context(new_fleet(environment))
        number, seconds = round(MESSAGES * scale), max(SHORTEST_STORM, STORM * scale)
        rehearse(person, environment["DATABASE_URL"])
        people = work(person, number, seconds, lambda: storm.rage(fleet, broker, cluster, seconds, KILLS_EVERY))
        waited = wait_for_the_end(environment["DATABASE_URL"])
        return report(environment["DATABASE_URL"], taken, people, fleet.killed, number, seconds, waited)


def listen(person: Client, port: int) -> None:
    for name in ENDPOINTS:
        data = {"name": name, "url": f"http://127.0.0.1:{port}/{name}", "events": ["customer.created"]}
        answer = person.call("POST", "/api/v1/webhooks", data)
        if answer.status != 201:
            sys.exit(f"A webhook was answered {answer.status}: {answer.body!r}")


def rehearse(person: Client, url: str) -> None:
    """One of each arrives before anything is broken, so that what is measured is no start."""
    one = load.Person(person, time.monotonic())
    load.send_mails(one, 1, 0)
    load.create_customers(one, 1, 0)
    wait_for_the_end(url, but=1)  # the redirected one goes on to be tried


def work(person: Client, number: int, seconds: float, rage: object) -> list[load.Person]:
    """Two that write and one that reads, while it rages."""
    began = time.monotonic()
    people, over = [load.Person(person, began) for _ in range(3)], threading.Event()
    writing = seconds * 0.9
    threads = [
        threading.Thread(target=load.send_mails, args=(people[0], number, writing)),
        threading.Thread(target=load.create_customers, args=(people[1], number // len(ENDPOINTS), writing)),
        threading.Thread(target=load.read, args=(people[2], over)),
    ]
    for thread in threads:
        thread.start()
    rage()  # type: ignore[operator]
    for thread in threads[:2]:
        thread.join()
    over.set()
    threads[2].join()
    return people


def wait_for_the_end(url: str, but: int = 0) -> float:
    began = time.monotonic()
    while judging.unfinished(url) > but and time.monotonic() - began < PATIENCE:
        time.sleep(1)
    return time.monotonic() - began


def report(
    url: str, taken: Taken, people: list[load.Person], killed: int, number: int, seconds: float, waited: float
) -> int:
    mails = judging.judged(url, "mail", number + 1, taken.mails, load.SUBJECT)
    calls = judging.judged(url, "webhook", number + len(ENDPOINTS), taken.calls)
    verdicts = [mails, calls]
    print(f"\n{seconds:.0f} s of it, {killed} workers killed; the last message had ended {waited:.0f} s later.")
    print(f"Clock moved: {'yes' if FAKETIME.exists() else 'no, libfaketime is not installed'}.")
    print(f"Servers: {judging.told_faults(taken)}.\n")
    print("| kind | enqueued | ended as | tried again | duplicates | lost |\n| --- | --: | --- | --: | --: | --: |")
    for verdict in verdicts:
        print("\n".join(verdict.lines))
    answers = [one for person in people for one in person.answers]
    slowest, failed = max(answers), [one for one in answers if one.failure]
    within = percentile([one.took * 1000 for one in answers], 95)
    print(f"\n{len(answers):,} requests, 95 % within {within:.0f} ms; the slowest: {slowest}.")
    print(f"Not answered well: {len(failed)}, as {dict(Counter(one.failure for one in failed))}.")
    if failed:
        first, last = min(one.at for one in failed), max(one.at + one.took for one in failed)
        print(f"They were between {first:.1f} and {last:.1f} s.")
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    faults += [f"not a mail: {one}" for one in taken.malformed]
    faults += [f"slow: {one}" for one in sorted(answers, reverse=True)[:5] if one.took > SLOWEST and number == MESSAGES]
    faults += [f"a surprise: {one}" for one in failed if one.failure == "500"][:5]
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "\nNothing was lost.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("FAULTS_SCALE", "1"))))
