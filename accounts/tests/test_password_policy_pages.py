"""The policy on its page and in the API: who sees it, who changes it, and what the pages with a password say of it."""

import pytest

from accounts.models import PasswordPolicy

pytestmark = pytest.mark.django_db
PAGE = "/settings/passwords/"
FORM = {
    "minimum_length": "16",
    "required_classes": "4",
    "refuse_similar": "on",
    "remembered": "8",
    "maximum_age_days": "",
}
READERS = {"superadmin": 200, "admin": 200, "auditor": 200, "sales_manager": 403, "sales_rep": 403, "read_only": 403}


def test_an_administrator_changes_it_on_the_page(sign_in, make_user):
    client = sign_in(make_user("admin@north.example", "admin"))
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, FORM).status_code == 302
    policy = PasswordPolicy.current()
    assert (policy.minimum_length, policy.required_classes, policy.remembered) == (16, 4, 8)
    assert (policy.refuse_common, policy.refuse_similar, policy.maximum_age_days) == (False, True, None)


def test_a_wrong_value_is_said_beside_its_field(sign_in, superadmin):
    answer = sign_in(superadmin).post(PAGE, FORM | {"minimum_length": "4"})
    assert answer.status_code == 422 and "greater than or equal to 8" in answer.content.decode()
    assert not PasswordPolicy.objects.filter(minimum_length=4).exists()


def test_two_administrators_do_not_overwrite_each_other(sign_in, superadmin):
    client = sign_in(superadmin)
    client.post(PAGE, FORM)
    stale = client.post(PAGE, FORM | {"minimum_length": "9", "version": "1"})
    assert stale.status_code == 412 and PasswordPolicy.current().minimum_length == 16


@pytest.mark.parametrize(("role", "status"), READERS.items())
def test_who_reads_it_in_the_api(api, make_user, role, status):
    answer = api(make_user("one@north.example", role)).get("settings/password-policy")
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["minimum_length"] == 12 and answer["ETag"] == '"1"'


@pytest.mark.parametrize("role", ["auditor", "sales_manager", "sales_rep"])
def test_who_does_not_change_it(api, sign_in, make_user, role):
    person = make_user("one@north.example", role)
    assert api(person).patch("settings/password-policy", {"minimum_length": 8}).status_code == 403
    assert sign_in(person).get(PAGE).status_code == 403
    assert sign_in(person).post(PAGE, FORM).status_code == 403
    assert not PasswordPolicy.objects.exists()


def test_the_api_changes_what_is_named_and_guards_the_version(api, superadmin):
    door = api(superadmin)
    changed = door.patch("settings/password-policy", {"maximum_age_days": 90}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["maximum_age_days"], changed.json()["minimum_length"]) == (200, 90, 12)
    assert door.patch("settings/password-policy", {"minimum_length": 9}, **{"If-Match": '"1"'}).status_code == 412
    assert door.patch("settings/password-policy", {"maximum_age_days": None}).json()["maximum_age_days"] is None
    assert door.patch("settings/password-policy", {"minimum_length": 3}).status_code == 422
    assert door.patch("settings/password-policy", {"length": 20}).status_code == 422
    assert door.get("settings/password-policy?x=1").status_code == 400


def test_the_pages_with_a_new_password_list_what_the_policy_says_now(sign_in, superadmin):
    client = sign_in(superadmin)
    client.post(PAGE, FORM)
    page = client.get("/accounts/password/change/").content.decode()
    for sentence in ("At least 16 characters", "At least 4 of:", "None of your last 8"):
        assert sentence in page
    assert "everybody tries" not in page
    assert 'data-length="16"' in page and 'data-words="super"' in page and "js/password.js" in page


def test_the_script_is_fetched_only_where_a_password_is_set(sign_in, owner, client):
    for page in (sign_in(owner).get("/accounts/"), sign_in(owner).get("/"), client.get("/accounts/login/")):
        assert b"password.js" not in page.content and b"zxcvbn" not in page.content
