"""A call goes to an address that was judged, whatever its name says by then, and is never followed elsewhere."""

import socket
import subprocess
from threading import Thread

import pytest

from crm.core import outgoing
from crm.core.calling import Caller, NotReached
from crm.core.outgoing import AddressRefused, check_address, ensure_public
from tests.receiver import receiving

PRIVATE = [
    "10.0.0.1", "172.16.9.9", "192.168.1.1", "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fd00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:1.1.1.1", "::ffff:127.0.0.1", "::10.0.0.1", "2002:a00:1::",
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::1.1.1.1"]


@pytest.fixture
def names(monkeypatch):
    """A resolver whose answers the test gives, name → lists of addresses, one for each time it is asked."""
    real, answers, asked = socket.getaddrinfo, {}, []

    def look_up(host, port, *args, **kwargs):
        if host not in answers:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        given = answers[host]
        return [
            entry
            for one in (given.pop(0) if len(given) > 1 else given[0])
            for entry in real(one, port, *args, **kwargs)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    look_up.answers, look_up.asked = answers, asked
    return look_up


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def call():
    caller = Caller(within=3)
    yield lambda url: caller.post(url, b"{}", {"x-test": "1"})
    caller.close()


@pytest.fixture
def in_production(settings):
    settings.PRODUCTION = True


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(in_production, address):
    with pytest.raises(AddressRefused):
        ensure_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_one_is_not(in_production, address):
    ensure_public(address)


@pytest.mark.parametrize("address", [one for one in PRIVATE if one not in ("127.0.0.1", "127.8.8.8", "::1")])
def test_outside_production_the_loopback_alone_is_allowed_more(address):
    ensure_public("127.0.0.1")
    with pytest.raises(AddressRefused):
        ensure_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://user:secret@hooks.example.com/", "https://user@hooks.example.com/",
        "ftp://hooks.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://2130706433/",
        "https://0x7f000001/", "https://intranet/", "https://db.internal/", "https://", "file:///etc/passwd",
        "http://127.0.0.1:9000/", "gopher://127.0.0.1:6379/_FLUSHALL",
    ],
)  # fmt: skip
def test_in_production_an_address_is_https_and_elsewhere(in_production, url):
    with pytest.raises(AddressRefused):
        check_address(url)


def test_a_name_that_leads_inside_is_never_connected_to(in_production, names, receiver, call):
    names.answers["hooks.example.com"] = [["127.0.0.1"]]
    with pytest.raises(AddressRefused):
        call(f"https://hooks.example.com:{receiver.port}/hook")
    assert receiver.connections == 0


def test_one_private_address_among_public_ones_is_reason_enough(in_production, names, receiver, call):
    names.answers["hooks.example.com"] = [["1.1.1.1", "10.0.0.1"]]
    with pytest.raises(AddressRefused):
        call(f"https://hooks.example.com:{receiver.port}/hook")


def test_a_name_is_asked_for_once_and_cannot_change_its_mind(monkeypatch, names, receiver, call):
    """Rebinding: judged as one address, and another one a moment later. The loopback stands for a public address."""
    monkeypatch.setattr(outgoing, "LOOPBACK_NAMES", {*outgoing.LOOPBACK_NAMES, "hooks.example.com"})
    names.answers["hooks.example.com"] = [["127.0.0.1"], ["10.255.255.1"]]
    answer = call(f"http://hooks.example.com:{receiver.port}/hook")
    assert answer.status == 204 and names.asked == ["hooks.example.com"]
    assert receiver.got[0].headers["host"] == f"hooks.example.com:{receiver.port}"


def test_the_next_connection_is_judged_anew(monkeypatch, names, receiver, call):
    monkeypatch.setattr(outgoing, "LOOPBACK_NAMES", {*outgoing.LOOPBACK_NAMES, "hooks.example.com"})
    names.answers["hooks.example.com"] = [["127.0.0.1"], ["10.255.255.1"]]
    receiver.usual = (204, {"connection": "close"}, b"")
    url = f"http://hooks.example.com:{receiver.port}/hook"
    assert call(url).status == 204
    with pytest.raises(AddressRefused):
        call(url)


def test_a_name_that_nobody_knows_is_said_in_words(call):
    with pytest.raises(NotReached, match="not known"):
        call("https://nobody.knows.invalid/")


def test_the_second_address_is_tried_when_the_first_does_not_answer(monkeypatch, names, receiver, call):
    monkeypatch.setattr(outgoing, "LOOPBACK_NAMES", {*outgoing.LOOPBACK_NAMES, "hooks.example.com"})
    names.answers["hooks.example.com"] = [["127.0.0.7", "127.0.0.1"]]
    assert call(f"http://hooks.example.com:{receiver.port}/hook").status == 204


def test_a_connection_that_the_other_side_closed_is_made_again(receiver, call):
    def closes(handler):
        handler.reply(200, {}, b"ok")
        handler.close_connection = True

    receiver.answering(closes)
    assert call(receiver.url).status == 200
    assert call(receiver.url).status == 204 and receiver.connections == 2


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """For hooks.example.com, which this process trusts."""
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hooks.example.com"]
    names = ["-addext", "subjectAltName=DNS:hooks.example.com"]
    subprocess.run([*made, *names, "-keyout", key, "-out", chain], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    return str(chain), str(key)


def test_tls_goes_by_the_name_though_the_connection_goes_by_the_address(monkeypatch, names, certificate, call):
    names.answers["hooks.example.com"] = names.answers["other.example.com"] = [["127.0.0.1"]]
    with receiving(certificate) as receiver:
        assert call(f"https://hooks.example.com:{receiver.port}/hook").status == 204
        with pytest.raises(NotReached, match=r"(?i)certificate|hostname"):
            call(f"https://other.example.com:{receiver.port}/hook")
        with pytest.raises(NotReached, match=r"(?i)certificate|hostname"):
            call(f"https://127.0.0.1:{receiver.port}/hook")
        assert len(receiver.got) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(monkeypatch, names, certificate, call):
    names.answers["hooks.example.com"] = [["127.0.0.1"]]
    monkeypatch.delenv("SSL_CERT_FILE")
    with receiving(certificate) as receiver:
        with pytest.raises(NotReached, match=r"(?i)certificate"):
            call(f"https://hooks.example.com:{receiver.port}/hook")
        assert not receiver.got


def test_what_is_no_http_is_said_in_words(call):
    listening = socket.create_server(("127.0.0.1", 0))
    with listening:
        port = listening.getsockname()[1]
        listening.settimeout(5)

        def talks_nonsense():
            connection, _address = listening.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example.com ESMTP\r\n")
            connection.close()

        thread = Thread(target=talks_nonsense)
        thread.start()
        with pytest.raises(NotReached):
            call(f"http://127.0.0.1:{port}/")
        thread.join()
