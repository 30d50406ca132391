"""SAML answers, signed here as a provider signs them; whatever is missing, changed, old or used is refused."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from accounts.models import Session, SsoConnection
from auditlog.models import AuditEvent, SecurityEvent

pytestmark = pytest.mark.django_db

IDP = "https://idp.north.example/metadata"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ANSWER = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"
 IssueInstant="{now}" Destination="{acs}" InResponseTo="{request}"><saml:Issuer
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode
 Value="{status}"/></samlp:Status>{assertion}</samlp:Response>"""
ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0"
 IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{subject}</saml:NameID><saml:SubjectConfirmation
 Method="{bearer}"><saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{acs}"
 InResponseTo="{request}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{since}"
 NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
</saml:Conditions><saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s1"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail">
<saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"""


def key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*form).decode(), certificate


OURS, THEIRS = key_pair(), key_pair()


@pytest.fixture
def client():
    """With the Host header that every browser sends."""
    return Client(HTTP_HOST="testserver")


@pytest.fixture
def connection(db):
    return SsoConnection.objects.create(
        name="North SAML",
        kind="saml",
        domains=["north.example"],
        idp_entity_id=IDP,
        idp_sso_url="https://idp.north.example/sso",
        idp_certificate=OURS[1],
        trusts_addresses=True,
    )


def moment(minutes=0):
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def asked(client, connection):
    """The id of the request that the browser carries to the provider."""
    way = client.get(f"/accounts/sso/{connection.pk}/start/")
    assert way.url.startswith("https://idp.north.example/sso?SAMLRequest=")
    packed = base64.b64decode(parse_qs(urlsplit(way.url).query)["SAMLRequest"][0])
    return ElementTree.fromstring(zlib.decompress(packed, -15)).attrib["ID"]


def answer_to(request, connection, *, keys=OURS, sign=True, **changes):
    base = f"http://testserver/accounts/sso/saml/{connection.slug}"
    values = {
        "request": request,
        "acs": f"{base}/acs/",
        "audience": f"{base}/metadata/",
        "issuer": IDP,
        "subject": "n-17",
        "email": "owner@north.example",
        "status": SUCCESS,
        "bearer": BEARER,
        "now": moment(),
        "since": moment(-1),
        "until": moment(5),
        **changes,
    }
    assertion = ASSERTION.format(**values)
    if sign:
        signed = OneLogin_Saml2_Utils.add_sign(assertion, *keys)
        assertion = signed.decode() if isinstance(signed, bytes) else signed
        assertion = assertion.removeprefix('<?xml version="1.0"?>').strip()
    return ANSWER.format(assertion=assertion, **values)


def post(client, connection, xml):
    base = f"/accounts/sso/saml/{connection.slug}/acs/"
    sent = client.post(base, {"SAMLResponse": base64.b64encode(xml.encode()).decode(), "RelayState": ""})
    assert sent.url == f"{base}finish/"
    return client.get(sent.url)


def who(client):
    answer = client.get("/api/v1/me")
    return answer.json()["email"] if answer.status_code == 200 else None


def test_a_signed_assertion_that_answers_our_request_opens_the_account(connection, owner, client):
    answer = post(client, connection, answer_to(asked(client, connection), connection))
    assert (answer.status_code, answer.url) == (302, "/") and who(client) == owner.email
    assert SecurityEvent.objects.get(kind="sso.linked").person_id == owner.pk
    assert AuditEvent.objects.filter(action="users.signed_in", object_id=str(owner.pk)).count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"sign": False},
        {"keys": THEIRS},
        {"audience": "https://another.example/metadata"},
        {"since": moment(-20), "until": moment(-10)},
        {"since": moment(60), "until": moment(70)},
        {"issuer": "https://another.example/idp"},
        {"acs": "http://testserver/accounts/sso/saml/other/acs/"},
        {"request": "ONELOGIN_0000000000000000"},
        {"status": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"},
        {"bearer": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"},
        {"email": "outsider@south.example"},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_what_is_not_right_in_every_part_is_refused(connection, owner, outsider, client, fault):
    request = asked(client, connection)
    post(client, connection, answer_to(fault.pop("request", request), connection, **fault))
    assert who(client) is None
    assert SecurityEvent.objects.filter(kind="sso.failed").count() == 1
    assert not SecurityEvent.objects.filter(kind="sso.linked").exists()


def test_a_changed_assertion_no_longer_fits_its_signature(connection, owner, teammate, client):
    xml = answer_to(asked(client, connection), connection)
    post(client, connection, xml.replace("owner@north.example", "teammate@north.example"))
    assert who(client) is None


def test_an_unsigned_assertion_wrapped_around_a_signed_one_is_refused(connection, owner, teammate, client):
    request = asked(client, connection)
    honest = answer_to(request, connection)
    forged = answer_to(request, connection, sign=False, email=teammate.email).split("<saml:Assertion", 1)[1]
    forged = "<saml:Assertion" + forged.split("</samlp:Response>")[0].replace('ID="_a1"', 'ID="_a2"')
    post(client, connection, honest.replace("<saml:Assertion", forged + "<saml:Assertion", 1))
    assert who(client) is None


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(connection, owner, client):
    xml = answer_to(asked(client, connection), connection)
    stranger = Client(HTTP_HOST="testserver")
    post(stranger, connection, xml)
    assert who(stranger) is None
    post(client, connection, xml)
    assert who(client) == owner.email
    client.post("/accounts/logout/")
    post(client, connection, xml)
    assert who(client) is None


def test_an_answer_that_nobody_asked_for_is_refused(connection, owner, client):
    xml = answer_to("x", connection, sign=False).replace(' InResponseTo="x"', "").replace('InResponseTo="x"', "")
    head, rest = xml.split("<saml:Assertion", 1)
    body, tail = rest.split("</saml:Assertion>")
    signed = OneLogin_Saml2_Utils.add_sign("<saml:Assertion" + body + "</saml:Assertion>", *OURS)
    signed = (signed.decode() if isinstance(signed, bytes) else signed).removeprefix('<?xml version="1.0"?>').strip()
    post(client, connection, head + signed + tail)
    assert who(client) is None


@pytest.mark.parametrize("body", [{}, {"SAMLResponse": "nonsense"}, {"SAMLResponse": "PGE+"}, {"SAMLResponse": "é"}])
def test_nonsense_is_refused_without_a_fault(connection, client, body):
    sent = client.post(f"/accounts/sso/saml/{connection.slug}/acs/", body)
    assert client.get(sent.url).status_code == 302 and who(client) is None


def test_the_metadata_say_that_assertions_must_be_signed(connection, client):
    page = client.get(f"/accounts/sso/saml/{connection.slug}/metadata/")
    assert page.status_code == 200 and b'WantAssertionsSigned="true"' in page.content
    assert client.get("/accounts/sso/saml/unknown/metadata/").status_code == 404


def test_the_answer_waits_in_a_session_that_nobody_can_read(connection, client):
    client.post(f"/accounts/sso/saml/{connection.slug}/acs/", {"SAMLResponse": "PGE+"})
    assert Session.objects.filter(user=None).exists()
