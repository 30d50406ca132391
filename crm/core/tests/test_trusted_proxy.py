"""Only a proxy that the environment names may say where a request came from, and nobody else reads what it says."""

import ast
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.throttling import SimpleRateThrottle

from crm.core.environment import read_environment
from crm.core.networks import network_of, parse_address
from crm.core.trusted_proxy import HEADERS, TrustedProxyMiddleware

ROOT = Path(__file__).resolve().parents[3]
PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


@pytest.fixture(autouse=True)
def _proxies(settings: Any) -> None:
    settings.TRUSTED_PROXIES = PROXIES


def passed_on(peer: str, **headers: str) -> HttpRequest:
    """The request as everything behind the middleware sees it."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    TrustedProxyMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))
    return seen[0]


def address(peer: str, forwarded_for: str) -> str:
    return passed_on(peer, HTTP_X_FORWARDED_FOR=forwarded_for).META["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not one of ours: whatever it says
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # 1.1.1.1 was made up by the client
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8:ffff::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.1", ""),  # a Unix socket that nobody named as trusted
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy_of_ours(peer, forwarded_for, client):
    assert address(peer, forwarded_for) == client


def test_a_proxy_at_a_unix_socket_is_believed_once_it_is_named(settings):
    settings.TRUSTED_PROXIES = read_environment({"TRUSTED_PROXIES": "unix,10.0.0.0/8"}).TRUSTED_PROXIES
    assert address("", "1.1.1.1, 198.51.100.1") == "198.51.100.1"
    assert address("203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_without_a_named_proxy_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = read_environment({}).TRUSTED_PROXIES
    assert address("127.0.0.1", "198.51.100.1") == "127.0.0.1" and address("", "198.51.100.1") == ""


@pytest.mark.parametrize(
    ("peer", "header", "value", "secure"),
    [
        ("10.0.0.1", "HTTP_X_FORWARDED_PROTO", "https", True),
        ("10.0.0.1", "HTTP_X_FORWARDED_PROTO", "https, http", False),
        ("10.0.0.1", "HTTP_X_FORWARDED_PROTO", "http", False),
        ("203.0.113.9", "HTTP_X_FORWARDED_PROTO", "https", False),
        ("10.0.0.1", "HTTP_X_FORWARDED_SSL", "on", False),
    ],
)
@pytest.mark.parametrize("server_believed", ["http", "https"])
def test_only_a_named_proxy_can_say_that_the_client_came_by_https(peer, header, value, secure, server_believed):
    request = passed_on(peer, **{header: value, "wsgi.url_scheme": server_believed})
    assert request.is_secure() is secure


def test_a_connection_that_is_https_by_itself_stays_so():
    assert passed_on("203.0.113.9", **{"wsgi.url_scheme": "https"}).is_secure()


@pytest.mark.parametrize("peer", ["10.0.0.1", "203.0.113.9"])
def test_nothing_behind_can_read_what_a_proxy_said(peer):
    assert not set(HEADERS) & set(passed_on(peer, **dict.fromkeys(HEADERS, "198.51.100.1")).META)


@given(st.lists(st.text(alphabet="0123456789abcdef.:[]%, x", max_size=24), max_size=6))
def test_whatever_stands_left_of_a_strangers_address_changes_nothing(made_up):
    assert address("10.0.0.1", ",".join([*made_up, "198.51.100.1", "10.0.0.2"])) == "198.51.100.1"


@given(st.ip_addresses())
def test_an_address_reads_back_as_itself_with_and_without_a_port(one):
    port = f"[{one}]:443" if one.version == 6 else f"{one}:443"
    unwrapped = getattr(one, "ipv4_mapped", None) or one
    assert parse_address(str(one)) == parse_address(port) == unwrapped


def test_one_household_is_one_network():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert (network_of("192.0.2.1"), network_of("::ffff:192.0.2.1"), network_of("")) == ("192.0.2.1", "192.0.2.1", "")


@pytest.mark.once
def test_no_other_code_names_these_headers():
    """In the header's own spelling or as the environment of the request has it."""
    packages = ("crm", "accounts", "auditlog", "customers", "deals")
    files = [path for package in packages for path in (ROOT / package).rglob("*.py") if "tests" not in path.parts]
    named = {path.name for path in files for text in _texts(path) if _names_a_proxy_header(text)}
    assert named == {"trusted_proxy.py"}


def _names_a_proxy_header(text: str) -> bool:
    word = text.upper().replace("-", "_").removeprefix("HTTP_")
    return word in {header.removeprefix("HTTP_") for header in HEADERS} - {"FORWARDED"}


def _texts(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_a_spoofed_address_is_nothing_to_the_libraries_either():
    """The REST framework, left alone, takes the header as it is."""
    request = passed_on("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert get_client_ip(request) == "203.0.113.9"
    assert SimpleRateThrottle.get_ident(SimpleRateThrottle.__new__(SimpleRateThrottle), request) == "203.0.113.9"
