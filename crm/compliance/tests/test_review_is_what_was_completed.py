"""A completed review is compared with its digest: tampering shows, and the erasure of a colleague is none."""

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from auditlog.models import AuditEvent
from crm.compliance import reviews
from crm.compliance.models import ReviewItem
from crm.compliance.tests.test_decide_about_access import finish
from crm.compliance.verifying import check_reviews, review_check
from crm.core.actor import Actor
from crm.core.documents import digest_of
from crm.ops.housekeeping import NotAllDone
from crm.privacy import services as privacy
from crm.privacy.erasing import subject_erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(review, admin, auditor):
    finish(review, admin, auditor)
    return reviews.review_complete(actor_for(admin), review.pk, sign_off="All of it is right.")


def erase(superadmin, person):
    officer = actor_for(superadmin)
    User.objects.filter(pk=person.pk).update(is_active=False)
    request = privacy.request_open(officer, kind="erasure", person=str(person), subjects=[["user", str(person.pk)]])
    subject_erase(officer, request.pk)


def test_one_that_nobody_touched_is_unchanged(done):
    assert (review_check(done).findings, review_check(done).erased) == ([], 0)
    assert check_reviews(Actor.system("review-check"), timezone.now()) == "1 completed access reviews are unchanged"


def test_the_erasure_of_a_colleague_leaves_it_unchanged_and_is_told(done, superadmin, owner, admin):
    before = done.digest
    erase(superadmin, owner)
    check = review_check(done)
    done.refresh_from_db()
    assert check.is_unchanged and check.erased >= 1 and done.digest == before
    texts = str(list(ReviewItem.objects.values_list()))
    assert "Olive Owner" not in texts and "owner@north" not in texts
    erase(superadmin, admin)  # who completed it: the event with the digest loses them, and keeps the digest
    assert AuditEvent.objects.get(action="access_reviews.completed").erased_at
    assert review_check(done).is_unchanged


TAMPERINGS = {
    "a comment": {"comment": "never said"},
    "a name": {"person_label": "Somebody Else"},
    "a decision": {"decision": "revoke"},
    "when it was granted": {"granted_at": timezone.now()},
    "whose it is": {"person_id": "019376b2-0000-7000-8000-000000000000"},
    "its commitment": {"commitment": "0" * 64},
    "blanked as if somebody had been erased": {"salt": b"", "erased_at": timezone.now(), "person_label": "x"},
    "the salt alone": {"salt": b""},
}


@pytest.mark.parametrize("values", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_change_behind_the_applications_back_shows(values, done):
    item = done.items.exclude(decision="revoke").first()
    ReviewItem.objects.filter(pk=item.pk).update(**values)
    assert not review_check(done).is_unchanged
    with pytest.raises(NotAllDone, match="North, spring"):
        check_reviews(Actor.system("review-check"), timezone.now())


def test_an_item_less_or_more_shows(done):
    ReviewItem.objects.filter(pk=done.items.first().pk).delete()
    assert "the digest is not that of the items" in review_check(done).findings


def test_a_digest_made_anew_is_not_the_one_in_the_trail(done):
    """Whoever changes the items can change the digest beside them, and not the sealed event."""
    done.items.update(is_privileged=True)
    done.digest = digest_of(list(reviews.decided_rows(done)))
    done.save()
    assert review_check(done).findings == ["the digest is not the one in the audit trail"]


def test_a_review_from_before_there_were_commitments_is_compared_as_it_stands(done):
    done.items.update(salt=b"", commitment="")
    legacy = digest_of(list(reviews.decided_rows(done)))
    done.digest = legacy
    done.save()
    assert "the digest is not that of the items" not in review_check(done).findings
    done.items.filter(pk=done.items.first().pk).update(comment="never said")
    assert "the digest is not that of the items" in review_check(done).findings


def test_page_and_api_say_so(done, sign_in, api, auditor, owner):
    client, address = sign_in(auditor), f"/compliance/reviews/{done.pk}/"
    assert f"{address}check/" in client.get(address).text
    assert "Unchanged since completion" in client.get(f"{address}check/").text
    found = api(auditor).get(f"compliance/reviews/{done.pk}/check").json()
    assert found == {"is_unchanged": True, "erased_items": 0, "findings": []}
    done.items.filter(pk=done.items.first().pk).update(comment="never said")
    assert "says something else" in client.get(f"{address}check/").text
    assert api(auditor).get(f"compliance/reviews/{done.pk}/check").json()["findings"]
    assert sign_in(owner).get(f"{address}check/").status_code == 403


def test_a_running_review_has_nothing_to_compare(review, sign_in, auditor, api):
    assert sign_in(auditor).get(f"/compliance/reviews/{review.pk}/check/").status_code == 404
    assert api(auditor).get(f"compliance/reviews/{review.pk}/check").status_code == 404
