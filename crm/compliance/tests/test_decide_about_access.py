"""Decisions: to keep, or to revoke for real by the service anybody uses; never about oneself; none after the end."""

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from accounts.administration import user_update
from accounts.models import Membership, Role, TokenFamily
from auditlog.models import AuditEvent
from crm.compliance import deciding, reviews
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db


def decide(person, item, decision="revoke", comment="No longer needed.", **more):
    return deciding.item_decide(actor_for(person), item.review_id, item.pk, decision=decision, comment=comment, **more)


def finish(review, admin, auditor):
    for item in review.items.filter(decision=""):
        decide(auditor if item.person_id == admin.pk else admin, item, "keep")


def test_a_kept_item_changes_nothing_but_the_review(item_of, admin, owner):
    item = decide(admin, item_of(owner, "role"), "keep", "Leads the team.")
    owner.refresh_from_db()
    assert owner.role.name == "sales_manager"
    assert (item.decision, item.decided_by_label, item.comment) == ("keep", "Ada Admin", "Leads the team.")


@pytest.mark.parametrize(("replacement", "left"), [("none", None), ("read_only", "read_only")])
def test_a_revoked_role_is_gone_or_read_only(item_of, admin, owner, replacement, left):
    decide(admin, item_of(owner, "role"), replacement=replacement)
    owner.refresh_from_db()
    assert (owner.role and owner.role.name) == left


def test_a_revoked_membership_ends(item_of, admin, owner, north):
    item = decide(admin, item_of(owner, "membership"))
    assert not Membership.objects.filter(user=owner, team=north).exists()
    assert item.outcome == "No longer in North."


def test_a_revoked_key_opens_nothing(item_of, admin, owner, granted):
    decide(admin, item_of(owner, "api_key"))
    granted["key"].refresh_from_db()
    assert granted["key"].revoked_at is not None


def test_a_revoked_application_loses_its_tokens(item_of, admin, owner, granted):
    decide(admin, item_of(owner, "oauth_grant"))
    assert not TokenFamily.objects.filter(user=owner).live().exists()


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("role", "users.updated"),
        ("membership", "teams.members_changed"),
        ("api_key", "api_keys.revoked"),
        ("oauth_grant", "tokens.revoked"),
    ],
)
def test_the_trail_of_the_act_names_the_review(item_of, admin, owner, kind, action):
    decide(admin, item_of(owner, kind))
    event = AuditEvent.objects.filter(action=action).latest("at")
    assert (event.actor_label, event.on_behalf_of) == ("Ada Admin", "access review North, spring")
    told = AuditEvent.objects.get(action="review_items.revoked")
    assert '"North, spring"' in told.changes and "No longer needed." in told.changes


@pytest.mark.parametrize("kind", ["role", "membership", "api_key", "oauth_grant"])
def test_who_may_not_do_it_by_hand_may_not_do_it_by_a_review(item_of, auditor, owner, granted, north, kind):
    item = item_of(owner, kind)
    with pytest.raises(Forbidden):
        decide(auditor, item)
    item.refresh_from_db(), owner.refresh_from_db(), granted["key"].refresh_from_db()
    assert item.decision == "" and owner.role.name == "sales_manager" and granted["key"].revoked_at is None
    assert Membership.objects.filter(user=owner, team=north).exists()
    assert TokenFamily.objects.filter(user=owner).live().exists()


def test_the_role_of_a_superadmin_is_not_taken_by_an_administrator(superadmin, admin, auditor, due):
    review = reviews.review_start(
        actor_for(superadmin), name="Privileged", due_on=due, scope="privileged", reviewers=[admin, auditor]
    )
    with pytest.raises(Forbidden) as refusal:
        decide(admin, review.items.get(person_id=superadmin.pk, kind="role"))
    assert refusal.value.code == "beyond_own_grants"


@pytest.mark.parametrize("decision", ["keep", "revoke"])
def test_nobody_decides_about_themselves(item_of, admin, decision):
    item = item_of(admin, "role")
    with pytest.raises(Forbidden) as refusal:
        decide(admin, item, decision)
    item.refresh_from_db()
    assert refusal.value.code == "own_access" and item.decision == ""


def test_who_is_no_reviewer_decides_nothing(item_of, superadmin, owner):
    with pytest.raises(Forbidden) as refusal:
        decide(superadmin, item_of(owner, "role"))
    assert refusal.value.code == "not_a_reviewer"


def test_to_revoke_takes_a_word(item_of, admin, owner):
    with pytest.raises(Invalid):
        decide(admin, item_of(owner, "role"), comment="  ")
    owner.refresh_from_db()
    assert owner.role.name == "sales_manager"


def test_what_is_decided_is_decided_once(item_of, admin, auditor, owner):
    decide(admin, item_of(owner, "role"), "keep")
    with pytest.raises(Conflict) as refusal:
        decide(auditor, item_of(owner, "role"), "keep")
    assert refusal.value.code == "item_decided" and "Ada Admin" in refusal.value.message


def test_a_keep_can_be_taken_back_and_a_revoke_cannot(item_of, review, admin, auditor, owner):
    decide(admin, item_of(owner, "role"), "keep")
    decide(admin, item_of(owner, "api_key"))
    assert deciding.item_reopen(actor_for(auditor), review.pk, item_of(owner, "role").pk).decision == ""
    with pytest.raises(Conflict) as refusal:
        deciding.item_reopen(actor_for(auditor), review.pk, item_of(owner, "api_key").pk)
    assert refusal.value.code == "already_revoked"


def test_a_role_given_since_stays(item_of, admin, superadmin, owner):
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="support"))
    item = decide(admin, item_of(owner, "role"))
    owner.refresh_from_db()
    assert (owner.role.name, item.outcome) == ("support", deciding.GONE)


def test_what_is_gone_already_is_noted_as_gone(item_of, review, admin, owner, granted, north):
    Membership.objects.filter(user=owner).delete()
    granted["family"].revoke("test")
    for kind in ("membership", "oauth_grant"):
        assert decide(admin, item_of(owner, kind)).outcome == deciding.GONE


def test_many_at_once_and_each_refusal_by_itself(review, admin, owner, item_of):
    ids = list(review.items.values_list("pk", flat=True))
    decided, refused = deciding.items_decide(actor_for(admin), review.pk, ids, decision="keep")
    assert {one.item.person_id for one in refused} == {admin.pk}
    assert {one.error.code for one in refused} == {"own_access"}
    assert len(decided) + len(refused) == len(ids)
    assert review.items.filter(decision="keep").count() == len(decided)


def test_an_item_of_another_review_stops_the_whole(review, admin, item_of, owner):
    ids = [item_of(owner, "role").pk, "0198a000-0000-7000-8000-000000000000"]
    with pytest.raises(NotFound):
        deciding.items_decide(actor_for(admin), review.pk, ids, decision="keep")
    assert item_of(owner, "role").decision == ""


def test_a_review_is_completed_when_everything_is_decided(review, admin, auditor):
    with pytest.raises(Conflict) as refusal:
        reviews.review_complete(actor_for(admin), review.pk, sign_off="All of it is right.")
    assert refusal.value.code == "items_undecided"
    finish(review, admin, auditor)
    done = reviews.review_complete(actor_for(admin), review.pk, sign_off="All of it is right.")
    assert done.is_complete and done.completed_by_label == "Ada Admin" and len(done.digest) == 64
    assert AuditEvent.objects.filter(action="access_reviews.completed", changes__contains=done.digest).exists()


def test_a_complete_review_does_not_change_any_more(review, admin, auditor, item_of, owner, due):
    finish(review, admin, auditor)
    reviews.review_complete(actor_for(admin), review.pk, sign_off="Done.")
    before = list(review.items.order_by("pk").values_list())
    item = item_of(owner, "role")
    for act in (
        lambda: decide(admin, item),
        lambda: deciding.item_reopen(actor_for(admin), review.pk, item.pk),
        lambda: deciding.items_decide(actor_for(admin), review.pk, [item.pk], decision="keep"),
        lambda: reviews.review_update(actor_for(admin), review.pk, name="Another"),
        lambda: reviews.review_complete(actor_for(admin), review.pk, sign_off="Again."),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "review_complete"
    assert list(review.items.order_by("pk").values_list()) == before


def test_the_digest_shows_a_change_behind_the_application_s_back(review, admin, auditor):
    finish(review, admin, auditor)
    done = reviews.review_complete(actor_for(admin), review.pk, sign_off="Done.")
    assert reviews.digest_of(list(reviews.decided_rows(done))) == done.digest
    review.items.filter(pk=review.items.first().pk).update(
        decided_by_id=review.started_by_id, granted_at=timezone.now()
    )
    assert reviews.digest_of(list(reviews.decided_rows(done))) != done.digest


def test_reviewers_change_while_it_runs(review, admin, auditor, superadmin, item_of, owner):
    reviews.review_update(actor_for(admin), review.pk, reviewers=[auditor, superadmin])
    with pytest.raises(Forbidden):
        decide(admin, item_of(owner, "role"), "keep")
    assert decide(superadmin, item_of(owner, "role"), "keep").decided_by_label == "Sue Super"
    event = AuditEvent.objects.get(action="access_reviews.updated")
    assert "Ada Admin" in event.changes and "Sue Super" in event.changes
