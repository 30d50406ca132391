"""Single sign-on at a provider that others wrote: oidc-provider under Node, a process of its own on the loopback."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import SsoConnection, User
from accounts.tests.node_programs import installed
from accounts.tests.test_sso_sign_in import reasons, who
from auditlog.models import AuditEvent, SecurityEvent
from tests.browser.server import free_port

pytestmark = [pytest.mark.node, pytest.mark.django_db]

US = "http://testserver"
FORM = re.compile(r'<form[^>]* action="([^"]+)"')
VERIFIED = {"email_verified": True, "name": "Nina New"}
PEOPLE = {
    "nina": {"email": "nina@north.example", "groups": ["everybody", "crm-managers"], **VERIFIED},
    "otto": {"email": "otto@north.example", "groups": ["everybody"], **VERIFIED},
    "mara": {"email": "mara@north.example", "groups": ["crm-managers"], "email_verified": False},
    "olga": {"email": "owner@north.example", **VERIFIED},
}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, address = installed("node_provider", tmp_path_factory), f"http://127.0.0.1:{free_port()}"
    command = ["node", "provider.mjs", address, json.dumps(PEOPLE)]
    with subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield address
        process.terminate()


@pytest.fixture
def connection(issuer: str, make_user: Any, north: Any, sign_in: Any) -> SsoConnection:
    """An administrator enters the provider, registers us there, and comes back with client id and secret."""
    admin = sign_in(make_user("admin@north.example", "admin", (north,)))
    form = {"name": "North ID", "kind": "oidc", "domains": "north.example", "discovery_url": issuer}
    form |= {"client_id": "not-yet", "client_secret": "not-yet", "creates_people": "on", "is_enabled": "on"}
    form |= {"role_claim": "groups", "role_map": "crm-managers = sales_manager", "team": str(north.pk)}
    assert admin.post("/settings/sso/new/", form).status_code == 302
    made = SsoConnection.objects.get()
    client = {"redirect_uris": [f"{US}/accounts/sso/oidc/{made.slug}/callback/"]}
    known = requests.post(f"{issuer}/reg", json=client, timeout=10).json()
    form |= {name: known[name] for name in ("client_id", "client_secret")} | {"version": str(made.version)}
    assert admin.post(f"/settings/sso/{made.pk}/", form).status_code == 302
    made.refresh_from_db()
    return made


class Person:
    """Somebody's browser: ours by Django's client, the provider's pages by requests."""

    def __init__(self, connection: SsoConnection) -> None:
        self.connection, self.us, self.there = connection, Client(), requests.Session()

    def asks(self) -> str:
        return str(self.us.get(f"/accounts/sso/{self.connection.pk}/start/").url)

    def approves(self, url: str, login: str) -> str:
        """Fills in whatever forms the provider shows, and answers where it sends the browser in the end."""
        answer = self.there.get(url, allow_redirects=False, timeout=10)
        while True:
            if found := FORM.search(answer.text):
                prompt = "login" if 'value="login"' in answer.text else "consent"
                filled = {"prompt": prompt, "login": login, "password": "anything"}
                answer = self.there.post(found[1], filled, allow_redirects=False, timeout=10)
            elif (onward := answer.headers["Location"]).startswith(US):
                return onward.removeprefix(US)
            else:
                answer = self.there.get(requests.compat.urljoin(url, onward), allow_redirects=False, timeout=10)

    def signs_in(self, login: str) -> Any:
        return self.us.get(self.approves(self.asks(), login))


def refusal() -> str:
    """What the provider's refusal of a code became here."""
    return str(json.loads(SecurityEvent.objects.get(kind="sso.failed").details)["detail"])


def test_somebody_new_gets_an_account_with_the_role_of_their_group(connection: SsoConnection, north: Any) -> None:
    person = Person(connection)
    assert person.signs_in("nina").status_code == 302
    assert who(person.us) == "nina@north.example"
    made = User.objects.get(email="nina@north.example")
    assert (made.role.name, made.full_name, made.memberships.get().team) == ("sales_manager", "Nina New", north)
    assert not made.has_usable_password()
    assert SocialAccount.objects.get().uid == "nina"
    assert AuditEvent.objects.filter(action="users.created", actor_label="system:sso:North ID").exists()


def test_the_second_time_the_provider_knows_the_browser_and_we_the_person(connection: SsoConnection) -> None:
    person = Person(connection)
    person.signs_in("nina")
    person.us.post("/accounts/logout/")
    assert who(person.us) is None
    back = person.us.get(person.approves(person.asks(), "nobody is asked again"))
    assert back.status_code == 302 and who(person.us) == "nina@north.example"
    assert User.objects.filter(email="nina@north.example").count() == SocialAccount.objects.count() == 1


def test_who_had_an_account_keeps_it(connection: SsoConnection, owner: User) -> None:
    person = Person(connection)
    person.signs_in("olga")
    assert who(person.us) == owner.email
    assert SocialAccount.objects.get().user == owner and owner.role.name == "sales_rep"


@pytest.mark.parametrize(("login", "reason"), [("otto", "no_role"), ("mara", "unverified_email")])
def test_who_has_no_fitting_group_or_no_proven_address_stays_out(
    login: str, reason: str, connection: SsoConnection
) -> None:
    person = Person(connection)
    assert person.signs_in(login).url == "/accounts/login/"
    assert who(person.us) is None and reasons() == [reason]
    assert not User.objects.filter(email=PEOPLE[login]["email"]).exists()


def test_a_code_slipped_into_another_browser_is_refused_by_the_proof_key(connection: SsoConnection) -> None:
    """One's own code under the state of the other browser: PKCE, which the provider checks, tells them apart."""
    victim, attacker = Person(connection), Person(connection)
    state = parse_qs(urlsplit(victim.asks()).query)["state"][0]
    answer = urlsplit(attacker.approves(attacker.asks(), "nina"))
    code = parse_qs(answer.query)["code"][0]
    victim.us.get(f"{answer.path}?{urlencode({'code': code, 'state': state})}")
    assert who(victim.us) is None and refusal() == "OAuth2Error" and not SocialAccount.objects.exists()


def test_a_wrong_secret_opens_nothing(connection: SsoConnection) -> None:
    connection.client_secret = "guessed"
    connection.save()
    person = Person(connection)
    assert person.signs_in("nina").url == "/accounts/login/"
    assert who(person.us) is None and refusal() == "OAuth2Error"


def test_who_says_no_at_the_provider_comes_back_without_an_account(connection: SsoConnection) -> None:
    person = Person(connection)
    form = person.there.get(person.asks(), timeout=10)
    back = person.there.get(f"{form.url}/abort", allow_redirects=False, timeout=10)
    onward = person.there.get(requests.compat.urljoin(form.url, back.headers["Location"]), allow_redirects=False)
    assert "error=access_denied" in onward.headers["Location"]
    person.us.get(onward.headers["Location"].removeprefix(US))
    assert who(person.us) is None and not User.objects.filter(email__startswith="nina").exists()
