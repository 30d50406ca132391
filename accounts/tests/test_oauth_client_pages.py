"""The pages of OAuth clients: a secret is shown once, to somebody who signed in just now; forms keep what was typed."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Application, Role, Team, User
from accounts.tests.oauth_flow import by_itself, tokens_for

pytestmark = pytest.mark.django_db

PAGE = "/settings/applications/"
TYPED = {
    "name": "Tool",
    "client_type": "confidential",
    "redirect_uris": "https://tool.example/done\nhttp://127.0.0.1/cb",
    "allowed_scopes": ["customers:read", "deals:read"],
}


@pytest.fixture
def administrator(make_user: Any, north: Team) -> User:
    return make_user("admin@north.example", "admin", (north,))


@pytest.fixture
def office(sign_in: Any, administrator: User) -> Client:
    return sign_in(administrator)


def test_registering_shows_the_secret_this_once(office: Client) -> None:
    typed = TYPED | {"submission": str(uuid4())}
    answer = office.post(f"{PAGE}new/", typed)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    client, secret = Application.objects.get(), answer.context["secret"]
    assert secret in answer.content.decode()
    assert client.secret_matches(secret)
    assert client.redirect_list == ["https://tool.example/done", "http://127.0.0.1/cb"]
    again = office.post(f"{PAGE}new/", typed)
    assert (again.status_code, again["Location"]) == (302, f"{PAGE}{client.pk}/")
    assert secret not in office.get(again["Location"]).content.decode()
    assert Application.objects.count() == 1


def test_registering_one_that_acts_by_itself(office: Client, north: Team) -> None:
    role = Role.objects.get(name="sales_rep")
    typed = TYPED | {"redirect_uris": "", "role": str(role.pk), "teams": [str(north.pk)]}
    answer = office.post(f"{PAGE}new/", typed)
    assert by_itself(Application.objects.get(), answer.context["secret"]).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"redirect_uris": "http://tool.example/"}, {"redirect_uris": ""}, {"allowed_scopes": ["no:scope"]}],
)
def test_a_form_that_cannot_be_keeps_what_was_typed(office: Client, changes: Any) -> None:
    answer = office.post(f"{PAGE}new/", TYPED | {"name": "Typed name"} | changes)
    assert answer.status_code == 422
    assert not Application.objects.exists()
    assert changes.get("name", "Typed name") in answer.content.decode()


def test_only_what_one_has_oneself_is_offered(office: Client) -> None:
    page = office.get(f"{PAGE}new/")
    roles = {role.name for role in page.context["form"].fields["role"].queryset}
    assert "sales_rep" in roles
    assert not roles & {"superadmin", "auditor"}


def test_editing_changes_what_was_changed(office: Client, robot: Any) -> None:
    client, _secret = robot
    form = office.get(f"{PAGE}{client.pk}/edit/").context["form"]
    typed = {
        name: form[name].value() for name in ("name", "redirect_uris", "allowed_scopes", "role", "teams", "version")
    }
    answer = office.post(f"{PAGE}{client.pk}/edit/", typed | {"name": "Day shift"})
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}{client.pk}/")
    before = client.user_id
    client.refresh_from_db()
    assert (client.name, client.user_id, client.version) == ("Day shift", before, 2)
    stale = office.post(f"{PAGE}{client.pk}/edit/", typed | {"name": "Late"})
    assert stale.status_code == 412


def test_rotating_asks_for_the_overlap_and_shows_the_new_secret(office: Client, robot: Any) -> None:
    client, old = robot
    assert 'value="24"' in office.get(f"{PAGE}{client.pk}/rotate/").content.decode()
    assert office.post(f"{PAGE}{client.pk}/rotate/", {"overlap_hours": "169"}).status_code == 422
    answer = office.post(f"{PAGE}{client.pk}/rotate/", {"overlap_hours": "0"})
    assert answer["Cache-Control"] == "no-store"
    assert by_itself(client, answer.context["secret"]).status_code == 200
    assert by_itself(client, old).status_code == 401


def test_disabling_enabling_and_deleting(office: Client, native: Application) -> None:
    for path, active in (("disable/", False), ("enable/", True)):
        assert office.post(f"{PAGE}{native.pk}/{path}").status_code == 302
        assert Application.objects.get().is_active is active
    assert "for good" in office.get(f"{PAGE}{native.pk}/delete/").content.decode()
    assert Application.objects.exists()
    assert office.post(f"{PAGE}{native.pk}/delete/")["Location"] == PAGE
    assert not Application.objects.exists()


def test_the_list_and_the_record_tell_the_use(office: Client, browser: Client, native: Application) -> None:
    tokens_for(browser, native)
    listed = office.get(PAGE)
    assert listed.context["page"].rows[0].live_grants == 1
    record = office.get(f"{PAGE}{native.pk}/")
    assert (record.context["use"].live_grants, record.context["use"].people) == (1, 1)
    assert "Tokens issued a day" in record.content.decode()


@pytest.mark.parametrize("path", ["new/", "{}/edit/", "{}/rotate/"])
def test_acts_with_secrets_ask_for_the_password_again(
    sign_in_long_ago: Any, administrator: User, confidential: Any, path: str
) -> None:
    stale = sign_in_long_ago(administrator)
    for method in ("get", "post"):
        answer = getattr(stale, method)(f"{PAGE}{path.format(confidential[0].pk)}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_others_may_not_and_readers_may_only_look(
    sign_in: Any, owner: User, make_user: Any, north: Team, native: Application
) -> None:
    rep, auditor = sign_in(owner), sign_in(make_user("auditor@north.example", "auditor", (north,)))
    for path in ("", f"{native.pk}/"):
        assert rep.get(PAGE + path).status_code == 403
        assert auditor.get(PAGE + path).status_code == 200
    for path in ("new/", f"{native.pk}/disable/", f"{native.pk}/rotate/", f"{native.pk}/delete/"):
        assert auditor.post(PAGE + path).status_code == 403
    assert Application.objects.get().is_active
