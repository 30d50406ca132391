"""A statement says where it came from, and nothing that came in can end the comment."""

import psycopg
import pytest
from django.db import connection

from crm.core.postgresql.comments import commented, with_route, with_trace
from crm.core.trace import route_is, traced

MINE = "trace-of-this-test"
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's backend")


@pytest.mark.parametrize(
    ("route", "trace", "told"),
    [
        ("customers/", "abc", " /*route='customers%2F',trace_id='abc'*/"),
        ("", "abc", " /*trace_id='abc'*/"),
        ("", "", ""),
        ("*/ DROP TABLE x; --", "", " /*route='%2A%2F%20DROP%20TABLE%20x%3B%20--'*/"),
        ("it's", "", " /*route='it%27s'*/"),
    ],
)
def test_the_comment(route, trace, told):
    assert commented("SELECT 1", route, trace) == f"SELECT 1{told}"
    assert commented("SELECT %s", route, trace, (1,)) == f"SELECT %s{told.replace('%', '%%')}"


@on_postgresql
@pytest.mark.django_db
def test_it_arrives_at_the_server_and_keeps_the_parameters(db):
    with traced("request", MINE), connection.execute_wrapper(with_trace), connection.cursor() as cursor:
        route_is("customers/<uuid:pk>/")
        cursor.execute("SELECT current_query(), %s || '%%'", ["100"])
        text, value = cursor.fetchone()
    assert "/*route='customers%2F%3Cuuid%3Apk%3E%2F',trace_id='trace-of-this-test'*/" in text and value == "100%"


def prepared(wrapper):
    """How many statements of ours PostgreSQL keeps after ten that differ in nothing but the trace."""
    parameters = connection.get_connection_params() | {"prepare_threshold": 3}
    parameters.pop("cursor_factory")
    with psycopg.connect(**parameters) as own, own.cursor() as cursor:

        def execute(sql, params, _many, _context):
            cursor.execute(sql, params)

        for number in range(10):
            with traced("request", f"trace-number-{number}"):
                route_is("customers/")
                wrapper(execute, "SELECT %s::int + 1", (number,), False, {})
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%::int + 1%%'", ())
        return cursor.fetchone()[0]


@on_postgresql
@pytest.mark.django_db
def test_a_trace_would_keep_statements_from_being_prepared_and_the_route_does_not():
    assert prepared(with_trace) == 0
    assert prepared(with_route) == 1


@on_postgresql
@pytest.mark.parametrize(
    ("on", "threshold", "expected"), [(False, None, None), (True, None, with_trace), (True, 5, with_route)]
)
def test_the_setting_decides(settings, on, threshold, expected):
    settings.SQL_COMMENTS = on
    given = dict(connection.settings_dict)
    given["OPTIONS"] = {**given["OPTIONS"], **({"prepare_threshold": threshold} if threshold else {})}
    wrappers = type(connection.copy())(given, "default").execute_wrappers
    assert [one for one in wrappers if one in (with_trace, with_route)] == ([expected] if expected else [])
