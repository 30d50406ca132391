"""Access reviews: started with a frozen list of what people have, completed when every item is decided."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import Role, Team, User
from auditlog.services import record, snapshot
from auditlog.writes import apply, unique_values
from crm.compliance.entitlements import Entitlement, entitlements, people_for
from crm.compliance.models import AccessReview, Decision, ItemKind, ReviewItem, Scope
from crm.compliance.privileged import is_privileged
from crm.core.actor import Actor
from crm.core.bulk import insert_many
from crm.core.changes import create_record, ensure_may, fetch_locked, save_changes
from crm.core.documents import digest_of
from crm.core.errors import Conflict, Forbidden, invalid_field
from crm.core.ids import uuid7
from crm.core.permissions import Reach

BATCH = 1000
REVIEWED = frozenset(ItemKind.values)


@transaction.atomic
def review_start(
    actor: Actor,
    *,
    name: str,
    due_on: date,
    reviewers: Iterable[User],
    scope: str = Scope.EVERYBODY,
    team: Team | None = None,
    at: datetime | None = None,
    id: UUID | None = None,
) -> AccessReview:
    """Freezes what the people in scope have. Raises Forbidden, Invalid, Conflict (`already_exists`, `nobody_in_scope`).

    Without reach over everybody only a team of one's own can be reviewed.
    """
    now, chosen = at or timezone.now(), list(reviewers)
    ensure_may(actor, "compliance:write", AccessReview())
    people = _in_scope(actor, scope, team)
    _check(due_on, now, chosen, people)
    review = AccessReview(started_by_id=actor.id, started_by_label=actor.label[:255], roles=_roles(), created_at=now)
    values = {"id": id, "name": name, "scope": scope, "team": team, "due_on": due_on}
    with unique_values():
        create_record(review, actor, {key: value for key, value in values.items() if value is not None})
    review.reviewers.set(chosen)
    count = _freeze(review, people, now)
    told = {"reviewers": (None, sorted(map(str, chosen))), "items": (None, count)}
    changes = {key: pair for key, pair in snapshot(review).items() if key != "roles"}
    record(actor, "access_reviews.started", review, changes | told)
    return review


@transaction.atomic
def review_update(
    actor: Actor,
    pk: UUID | str,
    *,
    version: int | None = None,
    reviewers: Iterable[User] | None = None,
    **values: Any,
) -> AccessReview:
    """`name`, `due_on`, `reviewers`; a complete review stays as it is. Raises as `review_start`, NotFound, Stale."""
    review = locked_review(actor, pk, version)
    apply(actor, review, values)
    if reviewers is not None:
        chosen = list(reviewers)
        _check_reviewers(chosen, User.objects.filter(pk__in=review.items.values("person_id")))
        names = [sorted(map(str, some)) for some in (review.reviewers.all(), chosen)]
        if names[0] != names[1]:
            review.reviewers.set(chosen)
            save_changes(review, set())
            record(actor, "access_reviews.updated", review, {"reviewers": (names[0], names[1])})
    return review


@transaction.atomic
def review_complete(actor: Actor, pk: UUID | str, *, sign_off: str, version: int | None = None) -> AccessReview:
    """The end: nothing in it changes from now on. Raises Conflict (`items_undecided`, `review_complete`), Invalid,
    Forbidden, NotFound, Stale."""
    review = locked_review(actor, pk, version)
    ensure_reviewer(actor, review)
    if undecided := review.items.filter(decision="").count():
        raise Conflict(f"{undecided} items are not decided yet.", code="items_undecided")
    if not sign_off.strip():
        raise invalid_field("sign_off", "Say what you confirm by completing this review.", "required")
    _commit(review)
    review.completed_at, review.completed_by_label = timezone.now(), actor.label[:255]
    review.sign_off, review.digest = sign_off.strip()[:2000], digest_of(list(decided_rows(review)))
    save_changes(review, {"completed_at", "completed_by_label", "sign_off", "digest"})
    counts = {name: (None, count) for name, count in progress(review).items()}
    told = {"sign_off": (None, review.sign_off), "digest": (None, review.digest)}
    record(actor, "access_reviews.completed", review, counts | told)
    return review


def locked_review(actor: Actor, pk: UUID | str, version: int | None = None) -> AccessReview:
    """A running one; whoever changes it or its items stands in a line. Raises Conflict (`review_complete`)."""
    review = fetch_locked(AccessReview, actor, "write", pk, version)
    if not AccessReview.objects.for_actor(actor, "write").filter(pk=review.pk).exists():
        raise Forbidden("Not allowed: the review belongs to teams of others.")
    if review.is_complete:
        raise Conflict("This review is complete and does not change any more.", code="review_complete")
    return review


def ensure_reviewer(actor: Actor, review: AccessReview) -> None:
    """Raises Forbidden (`not_a_reviewer`)."""
    if not review.reviewers.filter(pk=actor.id).exists():
        raise Forbidden("Only the reviewers named in it decide a review.", code="not_a_reviewer")


def progress(review: AccessReview) -> dict[str, int]:
    """total, kept, revoked, open: one query."""
    kept, revoked = Q(decision=Decision.KEEP), Q(decision=Decision.REVOKE)
    found = review.items.aggregate(
        total=Count("pk"), kept=Count("pk", filter=kept), revoked=Count("pk", filter=revoked)
    )
    return {**found, "open": found["total"] - found["kept"] - found["revoked"]}


def _commit(review: AccessReview) -> None:
    items = review.items.order_by("id").iterator(chunk_size=BATCH)
    while some := list(islice(items, BATCH)):
        for item in some:
            item.commit()
        ReviewItem.objects.bulk_update(some, ["salt", "commitment", "erased_at"], batch_size=BATCH // 2)


def decided_rows(review: AccessReview) -> Iterator[tuple[Any, ...]]:
    """What the digest of a complete review covers, in the order of the items' ids: what is personal by its
    commitment. A review that was completed before there were any is covered as it stands."""
    is_committed = review.items.exclude(commitment="").exists()
    apart = {"salt", "erased_at", *(ReviewItem.PERSONAL if is_committed else ("commitment",))}
    names = [field.attname for field in ReviewItem._meta.concrete_fields if field.attname not in apart]
    yield from review.items.order_by("id").values_list(*names).iterator(chunk_size=BATCH)


def possible_reviewers() -> "QuerySet[User]":
    """Active people whose role lets them decide."""
    roles = [pk for pk, grants in Role.objects.values_list("pk", "grants") if is_deciding(grants)]
    return User.objects.filter(is_active=True, is_service=False, role__in=roles)


def is_deciding(grants: dict[str, str]) -> bool:
    return grants.get("compliance:write", "none") != "none"


def _in_scope(actor: Actor, scope: str, team: Team | None) -> "QuerySet[User]":
    people = people_for(actor, "write")
    is_everywhere = actor.reach("compliance:write") is Reach.ALL
    if scope == Scope.TEAM:
        if team is None or not (is_everywhere or team.pk in actor.team_ids):
            raise invalid_field("team", "Name a team of yours.", "required")
        return people.filter(memberships__team=team)
    if team is not None:
        raise invalid_field("team", "Only a review of one team names a team.", "contradiction")
    if not is_everywhere:
        raise Forbidden("Your role reaches your teams only: review one of them.", code="beyond_own_grants")
    if scope == Scope.PRIVILEGED:
        roles = [pk for pk, grants in Role.objects.values_list("pk", "grants") if is_privileged(grants)]
        return people.filter(role__in=roles)
    return people


def _check(due_on: date, now: datetime, reviewers: list[User], people: "QuerySet[User]") -> None:
    if due_on < timezone.localdate(now):
        raise invalid_field("due_on", "Choose a day to come.", "out_of_bounds")
    if not people.exists():
        raise Conflict("Nobody is in that scope.", code="nobody_in_scope")
    _check_reviewers(reviewers, people)


def _check_reviewers(reviewers: list[User], people: "QuerySet[User]") -> None:
    """Nobody decides about themselves, so who is in scope needs somebody beside them."""
    ids = {one.pk for one in reviewers}
    if not ids or possible_reviewers().filter(pk__in=ids).count() != len(ids):
        raise invalid_field("reviewers", "Name people whose role may write compliance.", "invalid_reviewer")
    if len(ids) == 1 and people.filter(pk__in=ids).exists():
        message = "Nobody reviews their own access: name a second reviewer, or one who is not in scope."
        raise invalid_field("reviewers", message, "second_reviewer")


def _roles() -> dict[str, dict[str, str]]:
    return {str(pk): grants for pk, grants in Role.objects.values_list("pk", "grants")}


def _freeze(review: AccessReview, people: "QuerySet[User]", at: datetime) -> int:
    found = (_item(review, one) for one in entitlements(people, at) if one.kind in REVIEWED)
    count = 0
    while some := list(islice(found, BATCH)):
        insert_many(ReviewItem, some)
        count += len(some)
    return count


def _item(review: AccessReview, one: Entitlement) -> ReviewItem:
    return ReviewItem(
        id=uuid7(),
        review=review,
        person_id=one.person.pk,
        person_label=str(one.person),
        person_email=one.person.email,
        kind=one.kind,
        target_id=one.target_id,
        label=one.label[:255],
        detail=one.detail,
        is_privileged=one.is_privileged,
        granted_at=one.granted_at,
        granted_by=one.granted_by[:255],
        last_used_at=one.last_used_at,
    )
