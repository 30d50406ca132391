"""Access reviews in the browser: whom the pages are for, and a review from its start to its end."""

import re

import pytest

from accounts.actors import actor_for
from crm.compliance import deciding
from crm.compliance.models import AccessReview

pytestmark = pytest.mark.django_db


def pages(review):
    item = review.items.first()
    base = f"/compliance/reviews/{review.pk}/"
    return [
        *("/compliance/", "/compliance/reviews/", base, f"{base}items/{item.pk}/"),
        *("/compliance/reports/", "/compliance/reports/soc2-access-review/", "/compliance/processing/"),
    ]


@pytest.mark.parametrize(("role", "status"), [("sales_manager", 403), ("read_only", 403), ("auditor", 200)])
def test_compliance_is_for_those_who_may_read_it(review, make_user, north, sign_in, role, status):
    client = sign_in(make_user("reader@north.example", role, (north,)))
    assert {client.get(url).status_code for url in pages(review)} == {status}


def test_a_reach_over_a_team_sees_its_reviews_alone(review, make_user, north, south, sign_in):
    grants = {"compliance:read": "team", "compliance:export": "team"}
    role = AccessReview._meta.get_field("started_by").related_model._meta.get_field("role").related_model
    role.objects.create(name="lead", label="Lead", grants=grants)
    inside = sign_in(make_user("lead@north.example", "lead", (north,)))
    outside = sign_in(make_user("lead@south.example", "lead", (south,)))
    url = f"/compliance/reviews/{review.pk}/"
    for address in (url, f"{url}csv/", f"{url}items/{review.items.first().pk}/"):
        assert inside.get(address).status_code == 200
        assert outside.get(address).status_code == 404
    assert "North, spring" not in outside.get("/compliance/reviews/").content.decode()


def test_start_decide_and_complete(admin, auditor, owner, north, due, granted, sign_in):
    client = sign_in(admin)
    sent = {"name": "Summer", "scope": "team", "team": north.pk, "due_on": due, "reviewers": [admin.pk, auditor.pk]}
    answer = client.post("/compliance/reviews/new/", sent, follow=True)
    review = AccessReview.objects.get()
    assert answer.redirect_chain[-1][0] == f"/compliance/reviews/{review.pk}/"
    ids = [str(pk) for pk in review.items.exclude(person_id=admin.pk).values_list("pk", flat=True)]
    base = f"/compliance/reviews/{review.pk}/"
    client.post(f"{base}decide/", {"ids": ids, "decision": "keep"})
    deciding.items_decide(
        actor_for(auditor),
        review.pk,
        review.items.filter(decision="").values_list("pk", flat=True),
        decision="keep",
    )
    assert "Complete" in client.get(base).content.decode()
    client.post(f"{base}complete/", {"sign_off": "I looked at each of them."})
    review.refresh_from_db()
    assert review.is_complete
    again = client.post(f"{base}complete/", {"sign_off": "Once more."}, follow=True)
    assert again.redirect_chain[-1][0] == base and "complete" in again.content.decode()
    late = client.post(f"{base}decide/", {"ids": ids, "decision": "keep"}, follow=True)
    assert late.status_code == client.post(f"{base}items/{ids[0]}/reopen/", follow=True).status_code == 200
    page = client.get(base).content.decode()
    assert (
        "I looked at each of them." in page
        and "Once more." not in page
        and review.digest in page
        and 'name="ids"' not in page
    )


def test_one_item_is_revoked_on_its_own_page(review, item_of, admin, owner, sign_in):
    url = f"/compliance/reviews/{review.pk}/items/{item_of(owner, 'role').pk}/"
    client = sign_in(admin)
    assert "customers" in client.get(url).content.decode()
    wordless = client.post(url, {"decision": "revoke", "replacement": "read_only"})
    assert wordless.status_code == 422 and "Say why it is revoked." in wordless.content.decode()
    client.post(url, {"decision": "revoke", "replacement": "read_only", "comment": "Left the team."})
    owner.refresh_from_db()
    assert owner.role.name == "read_only"


def test_to_revoke_takes_a_recent_sign_in(review, item_of, admin, owner, sign_in_long_ago):
    client = sign_in_long_ago(admin)
    sent = {"ids": [item_of(owner, "role").pk], "decision": "revoke", "comment": "x"}
    answer = client.post(f"/compliance/reviews/{review.pk}/decide/", sent)
    assert answer.status_code == 302 and "reauthenticate" in answer.url
    assert item_of(owner, "role").decision == ""


def test_the_list_comes_back_as_it_was(review, item_of, admin, owner, sign_in):
    base, sent = f"/compliance/reviews/{review.pk}/", {"ids": [item_of(owner, "role").pk], "decision": "keep"}
    client = sign_in(admin)
    for came_from, back in ((f"{base}?decision=open", f"{base}?decision=open"), ("https://evil.example/?x=1", base)):
        answer = client.post(
            f"{base}decide/", sent, HTTP_REFERER=f"http://testserver{came_from}" if came_from[0] == "/" else came_from
        )
        assert answer.url == back


def test_one_s_own_items_offer_no_decision(review, item_of, admin, sign_in):
    url = f"/compliance/reviews/{review.pk}/items/{item_of(admin, 'role').pk}/"
    page = sign_in(admin).get(url).content.decode()
    assert "another reviewer decides it" in page and 'name="decision"' not in page


def test_what_is_refused_is_said(review, item_of, admin, auditor, owner, sign_in):
    sent = {"ids": [item_of(owner, "role").pk], "decision": "revoke", "comment": "x"}
    page = sign_in(auditor).post(f"/compliance/reviews/{review.pk}/decide/", sent, follow=True).content.decode()
    assert "Olive Owner: Sales manager: " in page
    assert item_of(owner, "role").decision == ""


def test_what_was_ticked_stays_ticked_when_a_reason_is_missing(review, item_of, admin, owner, sign_in):
    base, ids = f"/compliance/reviews/{review.pk}/", [item_of(owner, "role").pk, item_of(owner, "api_key").pk]
    client, sent = sign_in(admin), {"ids": ids, "decision": "revoke", "comment": " ", "replacement": "read_only"}
    page = client.post(f"{base}decide/", sent, follow=True).content.decode()
    ticks = re.findall(r'value="([0-9a-f-]{36})"[^>]* checked', page)
    assert sorted(ticks) == sorted(map(str, ids)) and "Say why it is revoked." in page
    assert '<option value="read_only" selected>' in page
    assert " checked" not in client.get(base).content.decode(), "once"
    assert item_of(owner, "role").decision == ""


def test_nobody_decides_without_the_right_to(review, item_of, owner, teammate, sign_in):
    item, base = item_of(owner, "role"), f"/compliance/reviews/{review.pk}/"
    client = sign_in(teammate)
    for url in (f"{base}decide/", f"{base}items/{item.pk}/", f"{base}items/{item.pk}/reopen/", f"{base}complete/"):
        assert client.post(url, {"ids": [item.pk], "decision": "keep"}).status_code == 403
    item.refresh_from_db()
    assert item.decision == ""


def test_filters_find_open_and_privileged_items(review, item_of, admin, owner, sign_in):
    deciding.item_decide(actor_for(admin), review.pk, item_of(owner, "role").pk, decision="keep")
    client, base = sign_in(admin), f"/compliance/reviews/{review.pk}/"
    open_ones = client.get(f"{base}?decision=open&search=olive").content.decode()
    assert "Nightly export" in open_ones and "Sales manager" not in open_ones
    privileged = client.get(f"{base}?is_privileged=true").content.decode()
    assert "Administrator" in privileged and "Olive Owner" not in privileged


def test_the_page_costs_the_same_for_many_items(review, admin, sign_in, django_assert_max_num_queries):
    client, url = sign_in(admin), f"/compliance/reviews/{review.pk}/"
    client.get(url)
    with django_assert_max_num_queries(12):
        client.get(url)
