"""What no honest client sends gets the right refusal, in the one error shape; nothing is written, nothing is a 500."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from auditlog.models import AuditEvent
from crm.core import failures
from crm.core.api.parsing import StrictJSONParser
from crm.core.errors import TooLarge
from crm.core.hostile_input import LARGEST_BODY
from crm.core.responses import PROBLEM
from customers import api as customers_api
from customers.models import Customer

pytestmark = pytest.mark.django_db

JSON = "application/json"
BIG = b'{"name": "' + b"x" * 10_000_000 + b'"}'
NOBODY = "0192f0c1-2345-7abc-8def-0123456789ab"
LISTS = ["customers", "contacts", "leads", "users", "teams", "audit/events"]


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner)


@pytest.fixture
def session(sign_in: Any, owner: Any, acme: Customer) -> Client:
    """Like a server: an unhandled exception becomes an answer, not a failure of the test client."""
    client = sign_in(owner)
    client.raise_request_exception = False
    return client


def assert_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    body = answer.json()
    error = body["error"]
    assert body["success"] is False and (error["code"], error["status"]) == (code, status)
    assert set(error) == {"code", "message", "details", "status", "path", "timestamp", "trace_id"}
    assert error["trace_id"] == answer["X-Request-ID"] and "Traceback" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    return error


def assert_untouched() -> None:
    assert list(Customer.objects.values_list("name", "version")) == [("Acme", 1)] and not AuditEvent.objects.exists()


BODIES = [
    pytest.param(b"{", JSON, 400, "malformed_json", id="JSON that ends early"),
    pytest.param(b'{"name": NaN}', JSON, 400, "malformed_json", id="NaN"),
    pytest.param(b'{"name": "\\ud800"}', JSON, 400, "malformed_json", id="a lone surrogate"),
    pytest.param(b"\xff\xfe\x00", JSON, 400, "malformed_json", id="not UTF-8"),
    pytest.param(b"[" * 100_000, JSON, 400, "malformed_json", id="a hundred thousand brackets"),
    pytest.param(b"[" * 90 + b"]" * 90, JSON, 400, "malformed_json", id="nested too deeply"),
    pytest.param(b'{"name": "a\\u0000b"}', JSON, 400, "nul_character", id="NUL in a value"),
    pytest.param(b'{"a\\u0000b": 1}', JSON, 400, "nul_character", id="NUL in a name"),
    pytest.param(BIG, JSON, 413, "too_large", id="ten megabytes"),
    pytest.param(b"name=Acme", "application/x-www-form-urlencoded", 415, "unsupported_media_type", id="a form"),
    pytest.param(b"<name/>", "application/xml", 415, "unsupported_media_type", id="XML"),
    pytest.param(b"name", "text/plain", 415, "unsupported_media_type", id="text"),
    pytest.param(b"--x", "multipart/form-data; boundary=x", 415, "unsupported_media_type", id="multipart"),
    pytest.param(b"--", "multipart/form-data", 415, "unsupported_media_type", id="multipart without a boundary"),
    pytest.param(b"null", JSON, 422, "invalid", id="null"),
    pytest.param(b"[]", JSON, 422, "invalid", id="a list"),
    pytest.param(b'"Acme"', JSON, 422, "invalid", id="a string"),
    pytest.param(b'{"name": {"a": 1}}', JSON, 422, "invalid", id="an object as a name"),
    pytest.param(b'{"name": "x", "is_admin": true}', JSON, 422, "invalid", id="a field there is not"),
    pytest.param(b'{"name": "x", "parent": "me"}', JSON, 422, "invalid", id="a link that is none"),
    pytest.param(b'{"name": "x", "annual_revenue": 1e400}', JSON, 400, "malformed_json", id="an endless number"),
    pytest.param(b'{"name": "x", "annual_revenue": "1e40"}', JSON, 422, "invalid", id="too many digits"),
    pytest.param(b'{"name": "x", "annual_revenue": "NaN"}', JSON, 422, "invalid", id="money that is no number"),
    pytest.param(b'{"name": "x", "employees": 99999999999999999999}', JSON, 422, "invalid", id="too many people"),
    pytest.param(b'{"name": "x", "labels": "all"}', JSON, 422, "invalid", id="labels that are no list"),
    pytest.param(b'{"name": "x", "phone": "\\u0661\\u0662"}', JSON, 422, "invalid", id="a phone of two digits"),
    pytest.param(json.dumps({"name": "x" * 201}).encode(), JSON, 422, "invalid", id="a long name"),
    pytest.param(b'{"name": "a\\u0007b"}', JSON, 422, "invalid", id="a bell in a name"),
]


@pytest.mark.parametrize(("body", "kind", "status", "code"), BODIES)
@pytest.mark.parametrize("verb", ["post", "patch"])
def test_a_hostile_body_is_refused_and_nothing_is_written(session, acme, verb, body, kind, status, code):
    path = "/api/v1/customers" if verb == "post" else f"/api/v1/customers/{acme.pk}"
    assert_refused(getattr(session, verb)(path, body, content_type=kind), status, code)
    assert_untouched()


REQUESTS = [
    ("get", "customers/no-id", 404, "not_found"),
    ("get", "customers/%F0%9F%A6%8A", 404, "not_found"),
    ("get", f"customers/{NOBODY}", 404, "not_found"),
    ("get", f"customers/{'9' * 4000}", 404, "not_found"),
    ("patch", "customers/no-id", 404, "not_found"),
    ("delete", "customers/no-id", 404, "not_found"),
    ("post", "customers/no-id/archive", 404, "not_found"),
    ("get", "nothing/here", 404, "not_found"),
    ("post", "nothing/here", 404, "not_found"),
    ("get", "../../etc/passwd", 404, "not_found"),
    ("get", "customers/a%00b", 400, "nul_character"),
    ("get", "customers?search=a%00b", 400, "nul_character"),
    ("get", "customers?page_size=0", 400, "invalid_parameter"),
    ("get", "customers?page_size=-1", 400, "invalid_parameter"),
    ("get", "customers?page_size=ten", 400, "invalid_parameter"),
    ("get", "customers?page_size=%D9%A1", 400, "invalid_parameter"),
    ("get", "customers?cursor=xyz", 400, "invalid_cursor"),
    ("get", "customers?cursor=bnVsbA", 400, "invalid_cursor"),
    ("get", "customers?cursor=eyJvIjogIm5hbWUifQ", 400, "invalid_cursor"),
    ("get", "customers?ordering=password", 400, "invalid_ordering"),
    ("get", "customers?ordering=--name", 400, "invalid_ordering"),
    ("get", "customers?archived=perhaps", 400, "invalid_parameter"),
    ("get", "customers?count=all", 400, "invalid_parameter"),
    ("get", "customers?fields=password", 400, "unknown_field"),
    ("get", "customers?expand=secrets", 400, "unknown_expansion"),
    ("get", "customers?owner=me", 400, "invalid_parameter"),
    ("get", "customers?status=nonsense", 400, "invalid_parameter"),
    ("get", "customers?created_at__gte=soon", 400, "invalid_parameter"),
    ("get", "customers?annual_revenue__gte=NaN", 400, "invalid_parameter"),
    ("get", "customers?format=xml", 400, "unknown_parameter"),
    ("get", "users?archived=any", 400, "unknown_parameter"),
    ("get", "me?x=1", 400, "unknown_parameter"),
    ("get", "?x=1", 400, "unknown_parameter"),
    ("get", "health?x=1", 400, "unknown_parameter"),
    ("get", "schema?format=xml", 400, "invalid_parameter"),
    ("get", "docs?x=1", 400, "unknown_parameter"),
    ("put", "customers", 405, "method_not_allowed"),
    ("delete", "customers", 405, "method_not_allowed"),
    ("trace", "customers", 405, "method_not_allowed"),
    ("post", "health", 405, "method_not_allowed"),
    ("get", "customers/bulk", 405, "method_not_allowed"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), REQUESTS)
def test_a_hostile_request_is_refused_and_nothing_is_written(session, method, path, status, code):
    assert_refused(getattr(session, method)(f"/api/v1/{path}"), status, code)
    assert_untouched()


@pytest.mark.parametrize("resource", LISTS)
def test_every_list_and_record_refuses_a_parameter_nobody_reads(sign_in, superadmin, resource):
    client = sign_in(superadmin)
    error = assert_refused(client.get(f"/api/v1/{resource}?nonsense=1"), 400, "unknown_parameter")
    assert error["details"][0]["field"] == "nonsense"
    assert_refused(client.get(f"/api/v1/{resource}/{NOBODY}?nonsense=1"), 400, "unknown_parameter")


@pytest.mark.parametrize("resource", LISTS)
@pytest.mark.parametrize("query", ["page_size=1000000", "page_size=99999999999999999999999"])
def test_a_page_size_of_a_million_is_capped(sign_in, superadmin, resource, query):
    answer = sign_in(superadmin).get(f"/api/v1/{resource}?{query}")
    assert answer.status_code == 200 and len(answer.json()["results"]) <= 200


@pytest.mark.parametrize(
    "query",
    [
        "created_at__gte=0001-01-01T00:00:00Z",
        "created_at__lt=9999-12-31T23:59:59Z",
        "created_at__gte=0001-01-01T00:00:00%2B14:00",
        "annual_revenue__gte=1e400",
        "employees__gte=99999999999999999999999999",
        "employees__lt=-1",
        "search=%25_%5C",
        "search=%F0%9F%A6%8A",
        "email__iexact=" + "x" * 3000,
        "name=%ED%A0%80",
    ],
)
def test_values_at_the_edge_are_answered_or_refused_but_never_break_it(session, query):
    answer = session.get(f"/api/v1/customers?{query}")
    assert answer.status_code in (200, 400), answer.content


@pytest.mark.parametrize("path", ["customers", "customers/{pk}", "", "me", "health"])
def test_head_and_options_answer_without_a_body_or_with_what_is_allowed(session, acme, path):
    address = f"/api/v1/{path.format(pk=acme.pk)}"
    head, options = session.head(address), session.options(address)
    assert head.status_code == 200 and head.content == b""
    assert options.status_code == 200 and "GET" in options["Allow"]


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
@pytest.mark.parametrize("path", ["customers", f"customers/{NOBODY}", "me"])
def test_without_credentials_it_is_401_with_a_hint_how_to(client, method, path):
    answer = getattr(client, method)(f"/api/v1/{path}", **({} if method == "get" else {"content_type": JSON}))
    assert_refused(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_bad_token_is_told_apart_from_none_even_with_a_session(session):
    answer = session.get("/api/v1/customers", headers={"Authorization": "Bearer nonsense"})
    assert_refused(answer, 401, "invalid_token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["customers", "auth/logout-all"])
def test_a_session_without_a_csrf_token_writes_nothing(owner, acme, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner, backend="accounts.backends.EmailBackend")
    assert_refused(browser.post(f"/api/v1/{path}", {"name": "x"}, content_type=JSON), 403, "csrf_failed")
    assert_untouched()


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_form_is_no_way_around_the_csrf_token(owner, acme, kind):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(owner, backend="accounts.backends.EmailBackend")
    assert browser.post("/api/v1/customers", b"--x\r\nnonsense", content_type=kind).status_code in (400, 403)
    assert_untouched()


def test_a_wrong_method_names_the_right_ones(session):
    assert set(session.put("/api/v1/customers")["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_surprise_is_a_500_that_tells_nothing(session, monkeypatch):
    def explode(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(customers_api.CustomerViewSet, "create_service", explode)
    answer = session.post("/api/v1/customers", {"name": "x"}, content_type=JSON)
    assert_refused(answer, 500, "internal_error")
    assert b"secret" not in answer.content
    assert_untouched()


@pytest.mark.parametrize(
    ("path", "status"), [("customers/no-id", 404), ("nothing/here", 404), ("customers?x=1", 400), ("a%00b", 400)]
)
def test_who_asks_for_problem_details_gets_rfc_9457(session, path, status):
    answer = session.get(f"/api/v1/{path}", headers={"Accept": PROBLEM})
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"], body["status"]) == (status, PROBLEM, status)
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code", "trace_id"}


@pytest.mark.parametrize("accept", [PROBLEM, "text/html", "application/xml", "*/*", "nonsense"])
def test_a_good_answer_is_json_whatever_is_accepted(session, accept):
    answer = session.get("/api/v1/customers", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [("order-2026_11.22", True), ("a" * 64, True), ("short", False), ("a" * 65, False), ("<script>x</script>", False)],
)
def test_a_well_formed_request_id_is_echoed_and_another_replaced(session, sent, is_kept):
    answer = session.get("/api/v1/nothing", headers={"X-Request-ID": sent})
    assert (answer["X-Request-ID"] == sent) is is_kept
    assert answer.json()["error"]["trace_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("error", [failures.IntegrityError(), failures.DataError(), failures.OperationalError()])
def test_what_only_the_database_refuses_is_no_500(session, monkeypatch, error):
    def explode(*_args: Any, **_values: Any) -> None:
        raise error

    monkeypatch.setattr(customers_api.CustomerViewSet, "create_service", explode)
    answer = session.post("/api/v1/customers", {"name": "x"}, content_type=JSON)
    assert (
        answer.status_code == {"IntegrityError": 409, "DataError": 400, "OperationalError": 503}[type(error).__name__]
    )


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/customers", JSON), ("/customers/", "text/html; charset=utf-8")])
def test_a_database_that_is_away_before_any_view_is_asked_is_no_500(session, monkeypatch, path, kind):
    """A middleware is the first to ask it: for the session, the actor, the bans."""

    def explode(*_args: Any) -> None:
        raise failures.OperationalError("the database system is starting up")

    monkeypatch.setattr("accounts.middleware.ActorMiddleware._resolve", explode)
    session.raise_request_exception = False
    answer = session.get(path)
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "5", kind)
    assert b"starting up" not in answer.content


def test_a_body_without_a_declared_length_is_bounded_too():
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(BytesIO(b" " * (LARGEST_BODY + 1)))
