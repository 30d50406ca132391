"""What a backup is proved in is gone afterwards, whatever PostgreSQL itself does there. On a PostgreSQL of its own."""

import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from benchmarks.cluster import new_cluster, program
from crm.ops.backups.postgres import Postgres

NO_SERVER = "left out; to have it, PostgreSQL's own programs: apt-get install postgresql"
pytestmark = [pytest.mark.postgres, pytest.mark.skipif(not program("initdb"), reason=NO_SERVER)]
PATIENCE = 60  # seconds
AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'autovacuum worker'"


@pytest.fixture(scope="module")
def plain() -> Iterator[Postgres]:
    """A role that may do what docs/deployment.md gives it, on a server that cleans up each second."""
    with new_cluster() as cluster:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
            server.execute("CREATE ROLE vouch LOGIN CREATEDB")
            server.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
            server.execute("SELECT pg_reload_conf()")
        yield Postgres("vouch_scratch", user="vouch", host="127.0.0.1", port=str(cluster.port))


def clean_up(database: Postgres) -> None:
    """Until autovacuum is at work in it, which takes its time."""
    with database.connect(autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE big WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_cost_delay = 100,"
            " autovacuum_vacuum_cost_limit = 1) AS SELECT generate_series(1, 200000) AS number"
        )
        connection.execute("DELETE FROM big")
    give_up = time.monotonic() + PATIENCE
    with replace(database, name="postgres", user="postgres").connect() as connection:
        while not connection.execute(AT_WORK, [database.name]).fetchone()[0]:
            assert time.monotonic() < give_up, "autovacuum does not come"
            connection.rollback()
            time.sleep(0.1)


def test_it_goes_while_autovacuum_is_at_work_in_it(plain):
    plain.create()
    clean_up(plain)
    plain.drop()
    assert not plain.exists()


def test_another_takes_its_place_while_autovacuum_is_at_work_in_it(plain):
    plain.create()
    ready = plain.another("vouch_ready")
    ready.create()
    clean_up(plain)
    plain.take_over(ready, "vouch_before")
    assert plain.exists() and not ready.exists() and plain.another("vouch_before").exists()
