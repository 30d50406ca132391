"""`make faults`: see docs/jobs.md. FAULTS_SCALE=0.05 is a short form."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.client import Client
from benchmarks.cluster import new_cluster
from benchmarks.faults import judging, load, stalls, storm
from benchmarks.faults.fleet import new_broker, new_fleet
from benchmarks.faults.receivers import Taken, mail_server, web_server
from benchmarks.faults.web import new_web
from benchmarks.measuring import percentile
from benchmarks.scratch import Sizes, installation, manage

MESSAGES, STORM = 2000, 150  # of each kind; seconds
SHORTEST_STORM, KILLS_EVERY = 45, 6
BLOWS = 30  # seconds that they take themselves, most of them to load two web servers anew, twice
PATIENCE = 600  # seconds after the storm until everything has ended
SLOWEST = 2.0  # seconds
ENDPOINTS = ("steady", "failing", "busy", "slow", "redirecting")
GONE = "gone"


def main(scale: float) -> int:
    with ExitStack() as stack:
        cluster, broker, taken = stack.enter_context(new_cluster()), stack.enter_context(new_broker()), Taken()
        os.environ |= {"TEST_POSTGRES_URL": cluster.url("postgres"), "TEST_REDIS_URL": broker.url(0)}
        environment = stack.enter_context(installation(Sizes(0.002, "vouch_faults"))) | {
            "ENVIRONMENT": "development",
            "EMAIL_URL": f"smtp://127.0.0.1:{stack.enter_context(mail_server(taken))}",
            "CELERY_BROKER_URL": broker.url(1),
        }
        manage(environment, "migrate", storm.MIGRATED, storm.BEFORE, "--verbosity", "0")
        web = stack.enter_context(new_web(environment))
        person = Client(web.port)
        person.sign_in("superadmin@demo.example")
        receiver = stack.enter_context(web_server(taken))
        for name in ENDPOINTS:
            listen(person, receiver, name)
        fleet = stack.enter_context(new_fleet(environment))
        rehearse(person, url := environment["DATABASE_URL"])
        gone = listen(person, receiver, GONE)
        number, seconds = round(MESSAGES * scale), max(SHORTEST_STORM, STORM * scale)
        house = storm.House(environment, web, fleet, broker, cluster)
        people, fallen = work(person, number, seconds, lambda: storm.rage(house, seconds, KILLS_EVERY))
        waited = wait_for_the_end(url)
        print(f"\n{fleet.killed} workers killed; the last message ended {waited:.0f} s later.")
        return report(
            messages(url, taken, number, gone), stalls.felt(answers_of(people), fallen), taken, people, number
        )


def listen(person: Client, port: int, name: str) -> str:
    """The id of the webhook."""
    data = {"name": name, "url": f"http://127.0.0.1:{port}/{name}", "events": ["customer.created"]}
    answer = person.call("POST", "/api/v1/webhooks", data)
    if answer.status != 201:
        sys.exit(f"A webhook was answered {answer.status}: {answer.body!r}")
    return str(answer.json()["id"])


def rehearse(person: Client, url: str) -> None:
    """One of each arrives before anything is broken, so that what is measured is no start."""
    one = load.Person(person, time.monotonic())
    load.send_mails(one, 1, 0)
    load.create_customers(one, 1, 0)
    wait_for_the_end(url, but=1)  # the redirected one goes on to be tried


Fallen = list[tuple[float, str]]


def work(person: Client, number: int, seconds: float, rage: Callable[[], Fallen]) -> tuple[list[load.Person], Fallen]:
    """Two that write and one that reads, while it rages."""
    began = time.monotonic()
    people, over = [load.Person(person, began) for _ in range(3)], threading.Event()
    writing = seconds + BLOWS
    threads = [
        threading.Thread(target=load.send_mails, args=(people[0], number, writing)),
        threading.Thread(target=load.create_customers, args=(people[1], number // len(ENDPOINTS), writing)),
        threading.Thread(target=load.read, args=(people[2], over)),
    ]
    for thread in threads:
        thread.start()
    fallen = rage()
    for thread in threads[:2]:
        thread.join()
    over.set()
    threads[2].join()
    return people, fallen


def wait_for_the_end(url: str, but: int = 0) -> float:
    began = time.monotonic()
    while judging.unfinished(url) > but and time.monotonic() - began < PATIENCE:
        time.sleep(1)
    return time.monotonic() - began


def messages(url: str, taken: Taken, number: int, gone: str) -> list[judging.Verdict]:
    mails = judging.judged(url, "mail", number + 1, taken.mails, load.SUBJECT)
    calls = judging.judged(url, "webhook", number + len(ENDPOINTS), taken.calls, but=gone)
    return [mails, calls, judging.judged_gone(url, gone)]


def answers_of(people: list[load.Person]) -> list[load.Answer]:
    return [one for person in people for one in person.answers]


def report(
    verdicts: list[judging.Verdict], felt: judging.Verdict, taken: Taken, people: list[load.Person], number: int
) -> int:
    print(f"Servers: {judging.told_faults(taken)}.\n")
    print("| kind | enqueued | ended as | tried again | duplicates | lost |\n| --- | --: | --- | --: | --: | --: |")
    print("\n".join(line for verdict in verdicts for line in verdict.lines))
    answers = answers_of(people)
    within = percentile([one.took * 1000 for one in answers], 95)
    print(f"\n{len(answers):,} requests, 95 % within {within:.0f} ms; the slowest: {max(answers)}.")
    print(f"The server hung up on {sum(person.hung_up for person in people)} idle connections; asked again.\n")
    print("\n".join(felt.lines))
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    faults += [f"not a mail: {one}" for one in taken.malformed]
    faults += [f"a surprise: {one}" for one in answers if one.failure == "500"][:5]
    if number == MESSAGES:
        faults += felt.faults + [f"slow: {one}" for one in sorted(answers, reverse=True)[:5] if one.took > SLOWEST]
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "\nNothing was lost.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("FAULTS_SCALE", "1"))))
