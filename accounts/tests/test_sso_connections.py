"""Who sets up a connection, what it may hand out, and where its secret is not."""

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.db import connection as database

from accounts.models import Role, SsoConnection
from accounts.sso.services import sso_connection_create, sso_connection_update
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.errors import CrmError
from crm.core.outgoing import AddressRefused, check_address, ensure_public, public_session
from tests.identity_provider import provided

pytestmark = pytest.mark.django_db

VALUES = {
    "name": "North ID",
    "domains": ["north.example"],
    "discovery_url": "https://login.north.example",
    "client_id": "vouch",
}


@pytest.fixture
def admin(make_user, as_actor, north):
    return as_actor(make_user("admin@north.example", "admin", (north,)))


@pytest.fixture
def browser(client, make_user, north):
    make_user("admin2@north.example", "admin", (north,))
    client.post("/accounts/login/", {"login": "admin2@north.example", "password": "Lantern-over-harbour-7"})
    return client


def test_an_administrator_sets_up_a_connection_on_the_page(browser):
    form = {
        **{name: value for name, value in VALUES.items() if name != "domains"},
        "domains": "North.example, @sub.north.example",
        "kind": "oidc",
        "client_secret": "hush-hush",
        "role_map": "crm = sales_rep\nCN=a,DC=b = read_only",
        "is_enabled": "on",
    }
    answer = browser.post("/settings/sso/new/", form, follow=True)
    assert answer.status_code == 200, answer.context["form"].errors
    made = SsoConnection.objects.get()
    assert made.domains == ["north.example", "sub.north.example"]
    assert made.role_map == {"crm": "sales_rep", "CN=a,DC=b": "read_only"} and made.client_secret == "hush-hush"
    page = answer.content.decode()
    assert f"/accounts/sso/oidc/{made.slug}/callback/" in page and "hush-hush" not in page
    edit = browser.get(f"/settings/sso/{made.pk}/").content.decode()
    assert "hush-hush" not in edit and "CN=a,DC=b = read_only" in edit
    browser.post(f"/settings/sso/{made.pk}/", {**form, "client_secret": "", "name": "Renamed", "version": made.version})
    made.refresh_from_db()
    assert (made.name, made.client_secret) == ("Renamed", "hush-hush")
    browser.post(f"/settings/sso/{made.pk}/delete/")
    assert not SsoConnection.objects.exists()


@pytest.mark.parametrize("role", ["sales_rep", "sales_manager", "auditor"])
def test_nobody_else_sees_or_changes_connections(sign_in, make_user, north, role):
    client = sign_in(make_user("x@north.example", role, (north,)))
    made = SsoConnection.objects.create(**VALUES)
    for url in ("/settings/sso/", "/settings/sso/new/", f"/settings/sso/{made.pk}/"):
        assert client.get(url).status_code == 403
    assert client.post(f"/settings/sso/{made.pk}/delete/").status_code == 403 and SsoConnection.objects.exists()


def test_the_secret_is_neither_in_the_dump_nor_in_the_trail(admin):
    made = sso_connection_create(admin, client_secret="hush-hush", **VALUES)
    sso_connection_update(admin, made.pk, client_secret="hush-again")
    with database.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM accounts_ssoconnection")
        assert "hush" not in cursor.fetchone()[0]
    told = [one.changes for one in AuditEvent.objects.all()] + [one.details for one in SecurityEvent.objects.all()]
    assert not [text for text in told if "hush" in text] and "hush" not in repr(made)
    assert AuditEvent.objects.filter(action="sso_connections.secret_changed").count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role_map": {"x": "superadmin"}}, "superadmin_by_sso"),
        ({"role_map": {"x": "everything"}}, "beyond_own_grants"),
        ({"role_map": {"x": "nonsense"}}, "unknown_role"),
        ({"domains": []}, "blank"),
        ({"domains": ["north"]}, "invalid_domain"),
        ({"domains": ["*.north.example"]}, "invalid_domain"),
        ({"discovery_url": "http://login.north.example"}, "address_refused"),
        ({"discovery_url": "https://10.0.0.1"}, "address_refused"),
        ({"discovery_url": ""}, "required"),
        ({"kind": "saml"}, "required"),
    ],
)
def test_what_a_connection_may_not_be(admin, changes, code):
    Role.objects.create(name="everything", label="All", grants={"compliance:read": "all", "audit:manage": "all"})
    with pytest.raises(CrmError) as refusal:
        sso_connection_create(admin, **{**VALUES, **changes})
    assert code in {refusal.value.code, *(one["code"] for one in refusal.value.details)}
    assert not SsoConnection.objects.exists()


def test_a_default_role_is_within_the_administrators_own_grants_too(admin):
    every = Role.objects.create(name="everything", label="All", grants={"audit:read": "all"})
    with pytest.raises(CrmError) as refusal:
        sso_connection_create(admin, default_role=every, **VALUES)
    assert refusal.value.code == "beyond_own_grants"


def test_nobody_becomes_by_a_provider_of_their_own_who_may_do_more(admin, superadmin, as_actor, make_user):
    """An auditor reads every team; an administrator of one team who chooses the provider could sign in as them."""
    make_user("auditor@north.example", "auditor")
    with pytest.raises(CrmError) as refusal:
        sso_connection_create(admin, **VALUES)
    assert refusal.value.code == "beyond_own_grants" and not SsoConnection.objects.exists()
    made = sso_connection_create(as_actor(superadmin), **VALUES)
    with pytest.raises(CrmError):
        sso_connection_update(admin, made.pk, discovery_url="https://mine.example")
    assert sso_connection_update(admin, made.pk, is_enabled=False).is_enabled is False


def test_a_domain_has_one_connection(admin):
    sso_connection_create(admin, **VALUES)
    with pytest.raises(CrmError) as refusal:
        sso_connection_create(admin, **{**VALUES, "name": "Other", "domains": ["a.example", "north.example"]})
    assert refusal.value.code == "domain_taken"


def test_with_another_provider_the_old_ids_mean_nobody(admin, owner):
    made = sso_connection_create(admin, **VALUES)
    SocialAccount.objects.create(provider=made.slug, uid="n-17", user=owner)
    sso_connection_update(admin, made.pk, name="Renamed")
    assert SocialAccount.objects.exists()
    sso_connection_update(admin, made.pk, discovery_url="https://login.other.example")
    assert not SocialAccount.objects.exists()


# Addresses that somebody typed


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com",
        "ftp://login.example.com",
        "https://user@login.example.com",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.0.1",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0.0.0.0/",
        "https://metadata.internal/",
        "https://intranet/",
        "https://",
        "nonsense",
    ],
)
def test_an_address_outside_the_public_internet_is_refused(url):
    with pytest.raises(AddressRefused):
        check_address(url)


def test_the_loopback_is_for_development_alone(settings):
    check_address("http://127.0.0.1:9000/x")
    settings.PRODUCTION = True
    for url in ("http://127.0.0.1:9000/x", "https://127.0.0.1/", "https://localhost/"):
        with pytest.raises(AddressRefused):
            check_address(url)
    with pytest.raises(AddressRefused):
        ensure_public("127.0.0.1")


def test_a_name_that_leads_inside_is_refused_at_the_socket_before_anything_is_sent(settings, monkeypatch):
    """The name looks public and resolves to this machine, as a rebinding attacker's does."""
    with provided() as provider:
        asked = []
        monkeypatch.setattr(provider, "discovery", lambda: asked.append(1) or {})
        monkeypatch.setattr("crm.core.outgoing.check_address", lambda url: None)
        settings.PRODUCTION = True
        with pytest.raises((AddressRefused, requests.RequestException)):
            public_session().get(f"{provider.issuer}/.well-known/openid-configuration")
        assert not asked


def test_a_redirect_is_not_followed():
    with provided() as provider, pytest.raises(requests.TooManyRedirects):
        public_session().get(f"{provider.issuer}/elsewhere")
