"""Signing in at the company's own identity provider, against a real provider process on the loopback."""

import json
import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import authenticate
from django.core import mail
from django.test import Client

from accounts.models import Role, SsoConnection, User
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.outbox.draining import drain
from tests.identity_provider import CLIENT, SECRET, provided

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    with provided() as provider:
        yield provider


@pytest.fixture
def provider(running):
    running.lies.clear()
    running.answers.clear()
    return running


@pytest.fixture
def connection(db, provider):
    return SsoConnection.objects.create(
        name="North ID",
        domains=["north.example"],
        discovery_url=provider.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
    )


def says(user, **changes):
    return {"sub": "n-17", "email": user.email, "email_verified": True, "name": "Olive Owner", **changes}


def arrive(provider, connection, claims, client=None, following=""):
    """Through the front door: to the provider, and back with its answer."""
    client = client or Client()
    way = client.get(f"/accounts/sso/{connection.pk}/start/", {"next": following} if following else {})
    assert way.status_code == 302 and way.url.startswith(f"{provider.issuer}/authorize?")
    back = provider.approve(way.url, **claims)
    return client, client.get(back.removeprefix("http://testserver"))


def who(client):
    answer = client.get("/api/v1/me")
    return answer.json()["email"] if answer.status_code == 200 else None


def reasons():
    return [json.loads(one.details)["reason"] for one in SecurityEvent.objects.filter(kind="sso.failed")]


def test_a_verified_address_of_the_domain_opens_the_account_and_leads_to_where_one_was(provider, connection, owner):
    client, answer = arrive(provider, connection, says(owner), following="/customers/?search=mill")
    assert (answer.status_code, answer.url) == (302, "/customers/?search=mill")
    assert who(client) == owner.email
    assert AuditEvent.objects.get(action="users.sso_linked").actor_id == owner.pk
    assert SecurityEvent.objects.get(kind="sso.linked").person_id == owner.pk
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid, link.extra_data) == (connection.slug, "n-17", {})


def test_the_second_time_the_providers_own_id_counts(provider, connection, owner):
    arrive(provider, connection, says(owner))
    client, _answer = arrive(provider, connection, says(owner, email="renamed@north.example"))
    assert who(client) == owner.email
    assert SecurityEvent.objects.filter(kind="sso.linked").count() == SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "outsider@south.example"}, "foreign_domain"),
        ({"email": "owner@north.example.evil.example"}, "foreign_domain"),
        ({"email": "owner@evil.example@north.example.evil"}, "foreign_domain"),
        ({"email_verified": False}, "unverified_email"),
        ({"email_verified": None}, "unverified_email"),
        ({"email": ""}, "incomplete_identity"),
        ({"email": "nobody@north.example"}, "unknown_person"),
    ],
)
def test_whoever_is_not_certain_stays_out(provider, connection, owner, outsider, changes, reason):
    client, answer = arrive(provider, connection, says(owner, **changes))
    assert who(client) is None and answer.url == "/accounts/login/"
    assert b"Single sign-on did not work." in client.get(answer.url).content
    assert reasons() == [reason] and not SocialAccount.objects.exists()


def test_a_letter_that_only_looks_alike_is_somebody_else(provider, connection, make_user):
    """PostgreSQL folds both to S and I where it compares without case."""
    make_user("sim@north.example")
    for spelt in ("\u017fim@north.example", "s\u0131m@north.example"):
        client, _answer = arrive(provider, connection, {"sub": "n-18", "email": spelt, "email_verified": True})
        assert who(client) is None
    assert reasons() == ["unknown_person"] * 2


@pytest.mark.parametrize(
    ("lies", "answers"),
    [
        ({"aud": "another-client"}, {}),
        ({"iss": "https://another.example"}, {}),
        ({"exp": int(time.time()) - 60}, {}),
        ({}, {"sub": "somebody-else"}),
    ],
    ids=["audience", "issuer", "expired", "two people"],
)
def test_a_token_that_is_not_right_in_every_part_opens_nothing(provider, connection, owner, lies, answers):
    provider.lies.update(lies)
    provider.answers.update(answers)
    client, _answer = arrive(provider, connection, says(owner))
    assert who(client) is None and len(reasons()) == 1


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(provider, connection, owner):
    asked, stranger = Client(), Client()
    way = asked.get(f"/accounts/sso/{connection.pk}/start/")
    back = provider.approve(way.url, **says(owner)).removeprefix("http://testserver")
    stranger.get(back)
    assert who(stranger) is None
    asked.get(back)
    assert who(asked) == owner.email
    asked.post("/accounts/logout/")
    asked.get(back)
    assert who(asked) is None


def test_an_address_that_was_given_to_a_second_person_does_not_open_the_account_of_the_first(
    provider, connection, owner
):
    arrive(provider, connection, says(owner))
    client, _answer = arrive(provider, connection, says(owner, sub="n-99"))
    assert who(client) is None and reasons() == ["linked_to_another"]


def test_who_is_deactivated_stays_out_linked_or_not(provider, connection, owner):
    arrive(provider, connection, says(owner))
    User.objects.update(is_active=False)
    client, _answer = arrive(provider, connection, says(owner))
    assert who(client) is None and reasons() == ["inactive"]


def test_a_connection_never_opens_the_account_of_a_super_administrator(provider, connection, make_user):
    boss = make_user("boss@north.example", "superadmin")
    client, _answer = arrive(provider, connection, says(boss))
    assert who(client) is None and reasons() == ["superadmin"]


def test_a_directory_of_the_company_may_be_trusted_without_a_word_on_verification(provider, connection, owner):
    SsoConnection.objects.update(trusts_addresses=True)
    client, _answer = arrive(provider, connection, says(owner, email_verified=None))
    assert who(client) == owner.email
    client, _answer = arrive(provider, connection, says(owner, email_verified=False))
    assert who(client) is None


def test_a_connection_that_is_switched_off_leads_nowhere(provider, connection, owner, client):
    way = client.get(f"/accounts/sso/{connection.pk}/start/")
    back = provider.approve(way.url, **says(owner)).removeprefix("http://testserver")
    SsoConnection.objects.update(is_enabled=False)
    assert client.get(f"/accounts/sso/{connection.pk}/start/").status_code == 404
    assert client.get(back).status_code == 404 and who(client) is None


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "{issuer}/elsewhere", "{issuer}/jwks"])
def test_a_provider_that_does_not_answer_as_it_should_is_said_plainly(provider, connection, client, address):
    url = address.format(issuer=provider.issuer)
    SsoConnection.objects.update(discovery_url=f"{url}?/.well-known/" if "issuer" in address else url)
    answer = client.get(f"/accounts/sso/{connection.pk}/start/")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/")
    assert reasons() == ["provider_unreachable"]


# People made at their first sign-in


@pytest.fixture
def creating(connection, north):
    connection.creates_people, connection.team, connection.role_claim = True, north, "groups"
    connection.role_map = {"crm-managers": "sales_manager", "crm-read": "read_only"}
    connection.save()
    return connection


NEW = {"sub": "n-50", "email": "nina@north.example", "email_verified": True, "name": "Nina New"}


def test_a_new_person_gets_role_and_team_by_the_connection(provider, creating):
    client, _answer = arrive(provider, creating, {**NEW, "groups": ["staff", "crm-managers"]})
    nina = User.objects.get(email=NEW["email"])
    assert who(client) == nina.email and (nina.full_name, nina.role.name) == ("Nina New", "sales_manager")
    assert list(nina.memberships.values_list("team__name", flat=True)) == ["North"]
    assert not nina.has_usable_password()
    assert AuditEvent.objects.get(action="users.created").actor_label == "system:sso:North ID"


@pytest.mark.parametrize("groups", [["staff"], "crm", None, [["crm-managers"]], {"crm-managers": 1}])
def test_without_a_role_nobody_is_made(provider, creating, groups):
    client, _answer = arrive(provider, creating, {**NEW, "groups": groups})
    assert who(client) is None and reasons() == ["no_role"] and not User.objects.filter(email=NEW["email"]).exists()


def test_the_default_role_serves_who_brings_no_claim(provider, creating):
    creating.default_role = Role.objects.get(name="read_only")
    creating.save()
    arrive(provider, creating, NEW)
    assert User.objects.get(email=NEW["email"]).role.name == "read_only"


# Enforced


@pytest.fixture
def enforced(connection):
    SsoConnection.objects.update(is_enforced=True)
    return connection


def try_password(email, password=PASSWORD, **more):
    client = Client()
    return client, client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_the_password_form_leads_every_address_of_the_domain_to_the_provider_known_or_not(enforced, owner):
    pages = [try_password(email)[1] for email in (owner.email, "nobody@north.example")]
    assert {page.status_code for page in pages} == {200}
    for page in pages:
        assert f"/accounts/sso/{enforced.pk}/start/" in page.content.decode()
    known, unknown = (page.context["url"] for page in pages)
    assert known == unknown


def test_no_door_takes_a_password_where_single_sign_on_is_enforced(enforced, owner, outsider, rf):
    client, answer = try_password(owner.email, emergency="1")
    assert answer.status_code == 200 and who(client) is None
    assert authenticate(rf.post("/"), email=owner.email, password=PASSWORD) is None
    client, _answer = try_password(outsider.email)
    assert who(client) == outsider.email


def test_the_emergency_form_says_the_same_for_right_wrong_and_unknown(enforced, owner):
    right, wrong, unknown = (
        try_password(email, password, emergency="1")[1].context["form"].errors
        for email, password in ((owner.email, PASSWORD), (owner.email, "wrong"), ("nobody@north.example", "wrong"))
    )
    assert right == wrong == unknown


def test_a_super_administrator_gets_in_when_the_provider_is_down(enforced, make_user):
    boss = make_user("boss@north.example", "superadmin")
    assert who(try_password(boss.email)[0]) is None
    assert who(try_password(boss.email, emergency="1")[0]) == boss.email
    assert b'name="emergency"' in Client().get("/accounts/login/?emergency=1").content


def test_no_reset_mail_goes_out_and_the_page_says_the_same(enforced, owner, outsider, client):
    answers = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True).content
        for email in (owner.email, "nobody@north.example")
    ]
    drain()
    assert not mail.outbox and all(b"Look into your mail" in answer for answer in answers)
    client.post("/accounts/password/reset/", {"email": outsider.email})
    drain()
    assert [one.to for one in mail.outbox] == [[outsider.email]]


def test_nobody_leaves_the_provider_by_changing_their_address(enforced, owner, sign_in):
    """Whom the provider no longer knows would go on by password."""
    form = sign_in(owner)
    refused = form.post("/accounts/email/", {"email": "owner@home.example"})
    assert refused.status_code == 422 and "stays within north.example" in refused.content.decode()
    assert form.post("/accounts/email/", {"email": "olive@north.example"}).status_code == 302


def test_the_provider_opens_the_door_that_the_password_does_not(provider, enforced, owner):
    client, _answer = arrive(provider, enforced, says(owner))
    assert who(client) == owner.email


# The ways in


def test_the_sign_in_page_offers_what_is_not_enforced(connection, client):
    assert b"Sign in with North ID" in client.get("/accounts/login/").content
    SsoConnection.objects.update(is_enforced=True)
    page = client.get("/accounts/login/").content
    assert b"Sign in with North ID" not in page and b"Single sign-on by e-mail address" in page


def test_an_address_finds_its_connection(connection, client):
    page = client.post("/accounts/sso/", {"email": "Anybody@North.Example", "next": "/deals/"})
    assert page.context["url"] == f"/accounts/sso/{connection.pk}/start/?next=%2Fdeals%2F"
    nowhere = client.post("/accounts/sso/", {"email": "x@elsewhere.example"})
    assert nowhere.status_code == 422 and b"There is no single sign-on for elsewhere.example." in nowhere.content


def test_nobody_is_led_to_another_site_afterwards(provider, connection, owner):
    _client, answer = arrive(provider, connection, says(owner), following="https://evil.example/")
    assert answer.url == "/"
