"""Bans are seen with security:read, set and lifted with security:write, in pages and API, and leave both trails."""

import json

import pytest
from django.utils import timezone

from auditlog.models import AddressBan, AuditEvent, SecurityEvent
from auditlog.tests.strangers import HERE, hit, stranger

pytestmark = pytest.mark.django_db
PAGE = "/security/bans/"


@pytest.fixture
def auditor(make_user, north):
    return make_user("auditor@north.example", "auditor", (north,))


def test_the_page_says_who_is_banned_why_and_for_how_long(superadmin, sign_in):
    hit("/phpmyadmin/")
    page = sign_in(superadmin).get(PAGE).content.decode()
    assert all(text in page for text in (HERE, "Decoy address", "the administration of a database", "left", "Lift"))


def test_who_may_only_look_gets_no_buttons(auditor, sign_in):
    hit()
    client = sign_in(auditor)
    page = client.get(PAGE).content.decode()
    assert HERE in page and ">Lift<" not in page and "Ban an address" not in page
    ban = AddressBan.objects.get()
    assert client.post(f"{PAGE}{ban.pk}/lift/").status_code == 403 and ban.is_acting()


def test_who_has_nothing_to_do_with_security_sees_nothing(teammate, sign_in, api):
    hit()
    assert sign_in(teammate).get(PAGE).status_code == 403
    assert api(teammate).get("security/bans").status_code == 403


def test_a_lifted_ban_is_over_at_once_and_the_next_is_a_first_one_again(
    superadmin, sign_in, django_capture_on_commit_callbacks
):
    hit()
    ban = AddressBan.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(superadmin).post(f"{PAGE}{ban.pk}/lift/", follow=True)
    assert b"may come back" in answer.content and stranger().get("/").status_code == 302
    told = SecurityEvent.objects.get(kind="address.unbanned")
    assert told.person_id == superadmin.pk and json.loads(told.details)["network"] == HERE
    assert AuditEvent.objects.filter(action="address_bans.lifted", object_id=str(ban.pk)).exists()
    hit()
    ban.refresh_from_db()
    assert (ban.times, ban.lifted_by, ban.is_acting()) == (1, "", True)


def test_an_address_can_be_banned_by_hand_with_a_reason(superadmin, sign_in, django_capture_on_commit_callbacks):
    form = {"address": "203.0.113.66", "reason": "Floods the web form", "hours": "48"}
    stranger("203.0.113.66").get("/")
    with django_capture_on_commit_callbacks(execute=True):
        page = sign_in(superadmin).post(f"{PAGE}add/", form, follow=True).content.decode()
    assert "203.0.113.66 is banned" in page and "Floods the web form" in page and str(superadmin) in page
    assert stranger("203.0.113.66").get("/").status_code == 403
    assert json.loads(SecurityEvent.objects.get(kind="address.banned").details)["minutes"] == 48 * 60


@pytest.mark.parametrize("address", ["nowhere", "10.0.0.0/8", "2001:db8::/32", "", "127.0.0.1", "::1"])
def test_what_is_no_single_address_or_our_own_is_refused_and_said(superadmin, sign_in, address):
    form = {"address": address, "reason": "Because", "hours": "1"}
    answer = sign_in(superadmin).post(f"{PAGE}add/", form)
    assert answer.status_code == 422 and b"errorlist" in answer.content and not AddressBan.objects.exists()


def test_where_somebody_works_no_hand_can_ban_either(superadmin, api, sign_in, owner):
    sign_in(owner).get("/", REMOTE_ADDR=HERE)
    owner.sessions.update(address=HERE)
    answer = api(superadmin).post("security/bans", {"address": HERE, "reason": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "address_spared")


def test_the_api_bans_lists_and_lifts(superadmin, api):
    client = api(superadmin)
    made = client.post("security/bans", {"address": "2001:db8::7", "reason": "Scans"})
    ban = made.json()
    assert (made.status_code, ban["network"], ban["state"]) == (201, "2001:db8::/64", "acting")
    listed = client.get("security/bans", {"state": "acting", "count": "true"}).json()
    assert (listed["count"], listed["results"][0]["id"]) == (1, ban["id"])
    lifted = client.post(f"security/bans/{ban['id']}/lift", {}, **{"If-Match": made["ETag"]})
    assert (lifted.status_code, lifted.json()["state"]) == (200, "lifted")
    again = client.post(f"security/bans/{ban['id']}/lift", {})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")


def test_a_reader_may_not_ban_through_the_api(auditor, api):
    assert api(auditor).post("security/bans", {"address": HERE, "reason": "x"}).status_code == 403
    assert not AddressBan.objects.exists()


def test_lists_can_be_narrowed(superadmin, api):
    hit()
    hit(address="203.0.113.8")
    AddressBan.objects.filter(network=HERE).update(until=timezone.now())
    client = api(superadmin)
    states = {state: client.get("security/bans", {"state": state}).json()["results"] for state in ("acting", "over")}
    assert [one["network"] for one in states["acting"]] == ["203.0.113.8"]
    assert [one["network"] for one in states["over"]] == [HERE]
