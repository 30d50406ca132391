"""Two web servers and two workers on one database share what they must, and go on when a part of it is away."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery

from benchmarks.client import PASSWORD, Client
from benchmarks.cluster import program, started, stopped
from crm.core.postgresql import replicas
from tests.processes import Rig, as_alias, celery_workers, new_rig, replica_of, restart

NO_SERVER = "left out; to have it, PostgreSQL's and Redis's own programs: apt-get install postgresql redis-server"
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.skipif(not (program("initdb") and program("redis-server")), reason=NO_SERVER),
]
A, B = 0, 1
QUEUE = "seals"
RUNS = "SELECT 1 FROM ops_jobrun"


@pytest.fixture(scope="module")
def rig(django_db_setup: None, django_db_blocker: Any) -> Iterator[Rig]:
    with django_db_blocker.unblock(), new_rig() as made:
        yield made


@pytest.fixture(scope="module")
def boss(rig: Rig) -> Client:
    return rig.signed_in(A, "boss")


def create(client: Client, path: str, **data: Any) -> dict[str, Any]:
    answer = client.call("POST", f"/api/v1/{path}", data)
    assert answer.status == 201, answer.text
    return answer.json()


def change(client: Client, path: str, **data: Any) -> None:
    answer = client.call("PATCH", f"/api/v1/{path}", data)
    assert answer.status == 200, answer.text


def text(client: Client, path: str) -> str:
    answer = client.call("GET", path)
    assert answer.status == 200, answer.text
    return answer.text


@pytest.mark.django_db  # has the tests' own database made, of which the rig is a copy
def test_a_session_opened_at_one_is_good_at_the_other_until_it_is_closed_at_either(rig):
    here = rig.signed_in(A, "other")
    there = rig.at(B, here)
    assert there.call("GET", "/api/v1/me").status == 200
    closed = here.call("POST", "/accounts/logout/", {"csrfmiddlewaretoken": here.csrf}, form=True)
    assert closed.status == 302
    assert there.call("GET", "/api/v1/me").status == 401


def test_what_a_role_loses_at_one_is_denied_at_the_other_at_once(rig, boss):
    role = create(boss, "roles", name="reader", label="Reader", grants={"customers:read": "team"})
    change(boss, f"users/{rig.people['other'].pk}", role=role["id"])
    there = rig.signed_in(B, "other")
    for grants, status in (
        ({"notes:read": "own"}, 403),
        ({"customers:read": "team"}, 200),
        ({"notes:read": "own"}, 403),
    ):
        change(boss, f"roles/{role['id']}", grants=grants)
        assert there.call("GET", "/api/v1/customers").status == status


def test_who_gets_another_role_at_one_has_to_sign_in_again_at_the_other(rig, boss):
    roles = {one["name"]: one["id"] for one in boss.call("GET", "/api/v1/roles").json()["results"]}
    there = rig.signed_in(B, "other")
    change(boss, f"users/{rig.people['other'].pk}", role=roles["sales_rep"])
    assert there.call("GET", "/api/v1/me").status == 401


def test_what_is_renamed_at_one_has_its_new_name_at_the_other(rig, boss):
    there = rig.signed_in(B, "rep")
    label = create(boss, "labels", name="Before")
    assert "Before" in text(there, "/labels/")
    change(boss, f"labels/{label['id']}", name="Afterwards")
    assert "Afterwards" in text(there, "/labels/") and "Before" not in text(there, "/labels/")


def test_figures_that_one_has_cached_are_void_when_the_other_changes_what_they_count(rig, boss):
    there = rig.at(B, boss)
    hits = lambda: there.call("GET", "/api/v1/health").json()["cache"]["hits"]  # noqa: E731
    assert "€\xa07,777" not in text(there, "/")
    before = hits()
    text(there, "/")
    assert hits() > before, "the figures of the page were not kept"
    stage = boss.call("GET", "/api/v1/stages").json()["results"][0]
    create(boss, "deals", name="Seven", amount="7777.00", currency="EUR", stage=stage["id"])
    assert "€\xa07,777" in text(there, "/")


def test_a_notice_given_at_one_is_counted_at_the_other(rig, boss):
    there = rig.signed_in(B, "rep")
    unread = lambda: there.call("GET", "/api/v1/notifications/unread-count").json()  # noqa: E731
    before = unread()
    create(boss, "customers", name="For the rep", owner=str(rig.people["rep"].pk))
    assert unread() != before


def test_a_limit_counts_what_comes_to_either(rig):
    strangers = [Client(port, token="of-nobody") for port in rig.ports]
    answers = [strangers[number % 2].call("GET", "/api/v1/me").status for number in range(7)]
    assert answers == [401] * 5 + [429] * 2


def test_a_slot_of_a_job_is_run_once_by_two_workers(rig):
    sender = Celery(broker=rig.redis.url(1))
    with celery_workers(rig, 2, QUEUE):
        for _ in range(6):
            sender.send_task("vouch.jobs", [QUEUE], queue=QUEUE)
        end = time.monotonic() + 180
        while not rig.rows("SELECT 1 FROM ops_jobrun") or rig.rows(
            "SELECT 1 FROM ops_jobrun WHERE finished_at IS NULL"
        ):
            assert time.monotonic() < end, "no worker ran anything"
            time.sleep(0.1)
    runs = rig.rows("SELECT job, slot, count(*), max(error) FROM ops_jobrun GROUP BY job, slot")
    assert runs and all(number == 1 and not error for _, _, number, error in runs), runs


@pytest.mark.parametrize("server", [A, B], ids=["a connection per thread", "a pool"])
def test_after_a_restart_of_the_database_no_page_fails(rig, boss, server):
    visitors = [rig.at(server, boss) for _ in range(3)]
    assert [one.call("GET", "/customers/").status for one in visitors] == [200] * 3
    restart(rig.cluster)
    assert [one.call("GET", "/customers/").status for one in visitors] == [200] * 3


def test_while_the_database_is_away_pages_say_when_to_come_back(rig, boss):
    stopped(rig.cluster.data)
    try:
        answers = [rig.at(server, boss).call("GET", "/customers/") for server in (A, B)]
        ready = rig.at(A).call("GET", "/health/ready").status
    finally:
        started(rig.cluster, rig.cluster.data)
    assert [(one.status, one.headers.get("retry-after")) for one in answers] == [(503, "5")] * 2 and ready == 503
    assert [rig.at(server, boss).call("GET", "/customers/").status for server in (A, B)] == [200] * 2


def test_a_replica_is_read_once_it_has_what_was_written_and_left_where_it_lags_or_is_gone(rig, monkeypatch, settings):
    monkeypatch.setattr(replicas, "DEFAULT", "rig")
    monkeypatch.setattr(replicas, "_asked_again_at", [0.0])
    with replica_of(rig.cluster) as other, as_alias("rig", rig.url), as_alias("replica", other.url("vouch")):
        monkeypatch.setattr(settings, "DATABASES", {**settings.DATABASES, "replica": {}})
        for name in ("first", "second"):
            write(rig, name)
            assert replicas.reading_alias() == "replica"
            assert replicas._row("replica", "SELECT count(*) FROM customers_label WHERE name = %s", [name]) == (1,)
        assert replicas.lag() < 60
        replicas._row("replica", "SELECT pg_wal_replay_pause()::text")
        write(rig, "third")
        assert replicas.reading_alias() == "rig", "it has not replayed the third"
        replicas._row("replica", "SELECT pg_wal_replay_resume()::text")
        stopped(rig.cluster.folder / "replica")
        assert (replicas.reading_alias(), replicas.lag()) == ("rig", None)


def write(rig: Rig, name: str) -> None:
    insert = """INSERT INTO customers_label (id, created_at, updated_at, version, name, tone, team_id)
        SELECT gen_random_uuid(), now(), now(), 1, %s, 1, id FROM accounts_team LIMIT 1 RETURNING 1"""
    rig.rows(insert, name)


def test_with_redis_gone_for_good_everything_works_and_health_says_so(rig):
    """The last one: it does not come back."""
    rig.redis.stop()
    for server in (A, B):
        client = rig.signed_in(server, "boss")
        assert {client.call("GET", path).status for path in ("/", "/customers/", "/api/v1/deals")} == {200}
        create(client, "customers", name=f"Without Redis at {server}")
        health = client.call("GET", "/api/v1/health").json()
        assert (health["checks"]["cache"], health["checks"]["limits"]) == ("degraded", "degraded")
        assert health["status"] == "degraded" and health["cache"]["store"] == "memory"
        stranger = Client(rig.ports[server], token="of-nobody-either")
        answers = [stranger.call("GET", "/api/v1/me").status for _ in range(7)]
        assert answers == [401] * 5 + [429] * 2
    assert [attempt(rig, server) for server in (A, B, A, B, A)][-1] in (200, 423)
    assert attempt(rig, B, PASSWORD) == 423


def attempt(rig: Rig, server: int, password: str = "wrong") -> int:
    client = rig.at(server)
    client.call("GET", "/accounts/login/")
    sent = {"login": rig.people["locked"].email, "password": password, "csrfmiddlewaretoken": client.csrf}
    return client.call("POST", "/accounts/login/", sent, form=True).status
