"""Is a completed access review still what was completed? Its items are compared with its digest, and with the trail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from auditlog.models import AuditEvent
from auditlog.proof import REDACTED as EVENT_REDACTED
from crm.compliance.models import AccessReview
from crm.compliance.reviews import decided_rows
from crm.core.actor import Actor
from crm.core.documents import digest_of
from crm.ops.housekeeping import NotAllDone

COMPLETED = "access_reviews.completed"
ITEM_REDACTED = "review_items.redacted"
CHUNK = 1000
NAMED = 10


@dataclass(frozen=True, slots=True)
class ReviewCheck:
    """`findings` in words, none when all is well; `erased` items lost a person's data since, as the trail says."""

    findings: list[str]
    erased: int

    @property
    def is_unchanged(self) -> bool:
        return not self.findings


def review_check(review: AccessReview) -> ReviewCheck:
    """Of a completed one; reads every item of it once."""
    findings = list(_digests(review))
    erased = {str(pk) for pk in review.items.filter(erased_at__isnull=False).values_list("pk", flat=True)}
    findings += [f"item {pk} was blanked, and no event says why" for pk in sorted(erased - _told(erased))]
    findings += _broken(review)
    return ReviewCheck(findings, len(erased))


def check_reviews(actor: Actor, at: datetime) -> str:
    """The daily job. Raises NotAllDone with the first finding."""
    number = 0
    for review in AccessReview.objects.filter(completed_at__isnull=False).order_by("completed_at").iterator():
        number += 1
        if findings := review_check(review).findings:
            raise NotAllDone(f"The access review “{review}” was changed after it was completed: {findings[0]}.")
    return f"{number} completed access reviews are unchanged"


def _digests(review: AccessReview) -> Iterator[str]:
    if digest_of(list(decided_rows(review))) != review.digest:
        yield "the digest is not that of the items"
    if review.digest not in _digests_in_trail(review):
        yield "the digest is not the one in the audit trail"


def _digests_in_trail(review: AccessReview) -> set[str]:
    """What the event of its completion says, or what was kept of it when somebody was erased from it."""
    about = AuditEvent.objects.filter(object_type="accessreview", object_id=str(review.pk), action=COMPLETED)
    pks = [str(pk) for pk in about.values_list("pk", flat=True)]
    kept = AuditEvent.objects.filter(object_type="auditevent", object_id__in=pks, action=EVENT_REDACTED)
    texts = [*about.values_list("changes", flat=True), *kept.values_list("changes", flat=True)]
    found = (json.loads(text) for text in texts if text)
    return {changes.get("changes", [None, changes])[1].get("digest", [None, ""])[1] for changes in found}


def _told(erased: set[str]) -> set[str]:
    events = AuditEvent.objects.filter(object_type="reviewitem", object_id__in=erased, action=ITEM_REDACTED)
    return set(events.values_list("object_id", flat=True))


def _broken(review: AccessReview) -> list[str]:
    """Items that say something else than they did. Those completed without commitments are under the digest whole."""
    committed = review.items.filter(erased_at__isnull=True).exclude(commitment="").order_by("id")
    broken = (item for item in committed.iterator(chunk_size=CHUNK) if not item.keeps_its_word)
    return [f"item {item.pk} says something else than it did" for item, _n in zip(broken, range(NAMED), strict=False)]
