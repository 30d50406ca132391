"""A slow statement is told with its fingerprint and plan, and nothing that anybody entered."""

import json

import pytest
from django.db import OperationalError, connection

from crm.core.metrics import SLOW_QUERIES
from crm.core.postgresql import slow
from crm.core.postgresql.plans import may_be_explained, plan_of
from crm.core.postgresql.statements import fingerprint, without_values
from crm.core.trace import traced
from customers.models import Customer
from tests.test_logs import lines  # noqa: F401 – a fixture

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's backend")
SECRET = "olive@north.example"


@pytest.fixture(autouse=True)
def nothing_was_planned(monkeypatch):
    monkeypatch.setattr(slow, "_planned", {})


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT  *\nFROM t WHERE a = %s", "SELECT * FROM t WHERE a = %s"),
        (f"SELECT * FROM t WHERE mail = '{SECRET}'", "SELECT * FROM t WHERE mail = ?"),
        ("SELECT 'it''s', E'a\\'b', $x$deep$x$", "SELECT ?, ?, ?"),
        ("SELECT t1.c2 FROM t1 LIMIT 21 OFFSET -4.5", "SELECT t1.c2 FROM t1 LIMIT ? OFFSET ?"),
        ('SELECT "t"."c" FROM "t" WHERE id IN (%s, %s, %s)', 'SELECT "t"."c" FROM "t" WHERE id IN (…)'),
        ("INSERT INTO t VALUES (%s, %s), (%s, %s)", "INSERT INTO t VALUES (…)"),
        ("SELECT 1 /*trace_id='abc'*/ -- and so on", "SELECT ?"),
    ],
)
def test_a_statement_is_told_without_values(sql, told):
    assert without_values(sql) == told


def test_the_fingerprint_is_that_of_the_statement():
    one, same, other = (without_values(f"SELECT {column} FROM t LIMIT {number}") for column, number in
                        (("a", 1), ("a", 2), ("b", 1)))  # fmt: skip
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def told(written):
    return [json.loads(line) for line in written.getvalue().splitlines() if '"slow_query"' in line]


@on_postgresql
@pytest.mark.django_db
def test_a_statement_that_sleeps_is_told_with_its_plan(lines, settings, north):  # noqa: F811
    settings.SLOW_QUERY_SECONDS, before = 0.05, SLOW_QUERIES._value.get()
    statement = f"SELECT count(*) FROM pg_sleep(0.1) LEFT JOIN customers_customer ON email = '{SECRET}' OR name = %s"
    with traced("job tidy", "trace-of-this-test"), connection.cursor() as cursor:
        cursor.execute(statement, [SECRET])
    assert SLOW_QUERIES._value.get() == before + 1
    (line,) = told(lines)
    assert line["duration_ms"] >= 50 and line["route"] == "job tidy" and line["trace_id"] == "trace-of-this-test"
    assert len(line["fingerprint"]) == 16 and any("on customers_customer" in step for step in line["plan"])
    assert SECRET not in lines.getvalue()


@on_postgresql
@pytest.mark.django_db
def test_a_quick_one_is_not(lines, settings):  # noqa: F811
    settings.SLOW_QUERY_SECONDS = 30
    Customer.objects.count()
    assert not told(lines)


@on_postgresql
@pytest.mark.django_db
def test_a_statement_that_fails_after_a_while_is_told_and_its_error_stays(lines, settings):  # noqa: F811
    settings.SLOW_QUERY_SECONDS = 0.05
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 100")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(5)")
    assert told(lines)


def test_plans_are_rare():
    assert slow.is_time_for_a_plan("a") and not slow.is_time_for_a_plan("a")
    assert not slow.is_time_for_a_plan("b"), "another one at the same moment"
    slow._planned[""] = 0.0
    assert slow.is_time_for_a_plan("b") and not slow.is_time_for_a_plan("a")


@pytest.mark.parametrize(
    ("sql", "explained"),
    [("SELECT 1", True), ("(SELECT 1)", True), ("with x as (select 1) select * from x", True),
     ("UPDATE t SET a=1", True),
     ("SET LOCAL x = 1", False), ("EXPLAIN SELECT 1", False), ("SAVEPOINT a", False), ("VACUUM", False)],
)  # fmt: skip
def test_what_can_be_explained(sql, explained):
    assert may_be_explained(sql) is explained


@on_postgresql
@pytest.mark.django_db
def test_a_plan_does_nothing_and_breaks_nothing(north):
    assert plan_of("DELETE FROM accounts_team WHERE name = %s", ["North"])[0].startswith("ModifyTable on accounts_team")
    assert plan_of("SELECT * FROM nowhere", None) is None
    assert type(north).objects.filter(pk=north.pk).exists()
