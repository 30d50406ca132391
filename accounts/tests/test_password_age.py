"""Past the maximum age a password is changed before anything else; without one nothing is asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import gates
from accounts.models import User
from accounts.passwords.services import password_policy_update
from accounts.tests.oauth_flow import tokens_for, userinfo
from conftest import PASSWORD

pytestmark = pytest.mark.django_db
CHANGE = "/accounts/password/change/"


@pytest.fixture
def expired(as_actor, superadmin, owner) -> User:
    """Olive, whose password is 91 days old where 90 are allowed."""
    password_policy_update(as_actor(superadmin), maximum_age_days=90)
    User.objects.filter(pk=owner.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    return owner


@pytest.mark.parametrize("path", ["/", "/customers/", "/deals/board/", "/accounts/", "/settings/", "/search/?q=an"])
def test_every_page_leads_to_the_change(sign_in, expired, path):
    answer = sign_in(expired).get(path)
    assert (answer.status_code, answer["Location"]) == (302, CHANGE)


def test_no_client_is_authorised_meanwhile(sign_in, expired):
    assert sign_in(expired).get("/auth/authorize")["Location"] == CHANGE


def test_the_api_by_session_says_what_is_missing(api, expired):
    answer = api(expired).get("customers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "sign_in_step_required")
    assert api(expired).post("customers", {"name": "Acme"}).status_code == 403


def test_a_fragment_moves_the_whole_page(sign_in, expired):
    assert sign_in(expired).get("/customers/", headers={"HX-Request": "true"})["HX-Redirect"] == CHANGE


@pytest.mark.parametrize("path", [CHANGE, "/accounts/logout/", "/health/live"])
def test_the_step_itself_and_the_way_out_stay_open(sign_in, expired, path):
    assert sign_in(expired).get(path).status_code == 200


def test_changing_it_opens_everything_again(sign_in, expired):
    client = sign_in(expired)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": "Copper-kettle-91", "password2": "Copper-kettle-91"})
    assert client.get("/customers/").status_code == 200


def test_the_old_one_does_not_pass_as_the_new(sign_in, expired):
    client = sign_in(expired)
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})
    assert client.get("/customers/").status_code == 302


def test_within_the_age_nothing_is_asked(sign_in, expired, teammate):
    assert sign_in(teammate).get("/customers/").status_code == 200


def test_it_is_off_by_default(sign_in, owner):
    User.objects.filter(pk=owner.pk).update(password_changed_at=timezone.now() - timedelta(days=4000))
    assert sign_in(owner).get("/customers/").status_code == 200


def test_people_without_a_password_are_not_asked(sign_in, expired):
    expired.set_unusable_password()
    expired.save()
    User.objects.filter(pk=expired.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    assert sign_in(expired).get("/customers/").status_code == 200


def test_programs_go_on(browser, native, owner, as_actor, superadmin):
    tokens = tokens_for(browser, native)
    password_policy_update(as_actor(superadmin), maximum_age_days=90)
    User.objects.filter(pk=owner.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    assert userinfo(tokens["access_token"]).status_code == 200


def test_a_gate_that_was_not_loaded_with_the_user_asks_the_policy(expired):
    assert gates.password_gate(User.objects.get(pk=expired.pk)) == CHANGE


def test_it_costs_no_query_of_its_own(sign_in, teammate, expired, django_assert_num_queries):
    client = sign_in(teammate)
    client.get("/accounts/")
    with django_assert_num_queries(4):  # session, person, teams, the bell
        client.get("/accounts/")
