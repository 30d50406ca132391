"""Decisions about single items. To revoke is to do it: by the service that any administrator uses, with its checks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.administration import member_remove, user_update
from accounts.apikeys.services import api_key_revoke
from accounts.models import ApiKey, Membership, Role, TokenFamily, User
from accounts.oauth.grants import grant_revoke
from auditlog.services import record
from crm.compliance.models import AccessReview, Decision, ItemKind, ReviewItem
from crm.compliance.reviews import ensure_reviewer, locked_review
from crm.core.actor import Actor
from crm.core.errors import Conflict, CrmError, Forbidden, NotFound, invalid_field

MOST_AT_ONCE = 500
LONGEST_COMMENT = 2000
Replacement = Literal["none", "read_only"]
GONE = "It was gone already."
ABOUT_THE_WHOLE = ("review_complete", "not_a_reviewer")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one item of many stays undecided."""

    item: ReviewItem
    error: CrmError


@transaction.atomic
def item_decide(
    actor: Actor,
    review: UUID | str,
    pk: UUID | str,
    *,
    decision: str,
    comment: str = "",
    replacement: Replacement = "none",
) -> ReviewItem:
    """Keeps or revokes; `replacement` is the role that stands in for a revoked one.

    Raises Forbidden (`own_access`, `not_a_reviewer`, or as the service that revokes), Conflict (`item_decided`,
    `review_complete`, or as that service), NotFound, Invalid (`comment` where something is revoked without a word).
    """
    running = locked_review(actor, review)
    ensure_reviewer(actor, running)
    item = _locked_item(running, pk)
    _check(actor, item, decision, comment)
    outcome = _revoke(actor, running, item, replacement) if decision == Decision.REVOKE else ""
    item.decision, item.comment, item.outcome = decision, comment.strip()[:LONGEST_COMMENT], outcome
    item.decided_at, item.decided_by_id, item.decided_by_label = timezone.now(), actor.id, actor.label[:255]
    item.save()
    told = {"decision": (None, decision), "review": (None, running.name), "comment": (None, item.comment)}
    record(actor, f"review_items.{'kept' if decision == Decision.KEEP else 'revoked'}", item, told)
    return item


def items_decide(
    actor: Actor,
    review: UUID | str,
    items: Iterable[UUID | str],
    *,
    decision: str,
    comment: str = "",
    replacement: Replacement = "none",
) -> tuple[list[ReviewItem], list[Refused]]:
    """Each by itself, 500 at most: what cannot be decided is told and stops nothing else."""
    decided, refused = [], []
    for item in _items_of(review, items):
        try:
            decided.append(
                item_decide(actor, review, item.pk, decision=decision, comment=comment, replacement=replacement)
            )
        except (Forbidden, Conflict) as error:
            if error.code in ABOUT_THE_WHOLE:
                raise
            refused.append(Refused(item, error))
    return decided, refused


def _items_of(review: UUID | str, items: Iterable[UUID | str]) -> list[ReviewItem]:
    wanted = set(map(str, items))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise invalid_field("items", f"Choose 1 to {MOST_AT_ONCE} items.", "out_of_bounds")
    try:
        found = list(ReviewItem.objects.filter(review__pk=review, pk__in=wanted))
    except (ValidationError, ValueError):
        raise NotFound() from None
    if len(found) != len(wanted):
        raise NotFound()
    return found


@transaction.atomic
def item_reopen(actor: Actor, review: UUID | str, pk: UUID | str) -> ReviewItem:
    """Takes a "keep" back while the review runs. Raises Conflict (`already_revoked`), and as `item_decide`."""
    running = locked_review(actor, review)
    ensure_reviewer(actor, running)
    item = _locked_item(running, pk)
    _ensure_not_oneself(actor, item)
    if item.decision == Decision.REVOKE:
        raise Conflict("What was revoked is gone; grant it again where it is granted.", code="already_revoked")
    if item.decision:
        item.decision = item.comment = item.decided_by_label = ""
        item.decided_at = item.decided_by_id = None
        item.save()
        record(
            actor, "review_items.reopened", item, {"decision": (Decision.KEEP, None), "review": (None, running.name)}
        )
    return item


def _locked_item(review: AccessReview, pk: UUID | str) -> ReviewItem:
    try:
        return review.items.select_for_update(of=("self",)).get(pk=pk)
    except (ReviewItem.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


def _check(actor: Actor, item: ReviewItem, decision: str, comment: str) -> None:
    _ensure_not_oneself(actor, item)
    if decision not in Decision.values:
        raise invalid_field("decision", "Decide keep or revoke.", "invalid_choice")
    if item.decision:
        who = f"{item.decided_by_label} decided: {item.get_decision_display().lower()}"
        raise Conflict(f"{who}. Nothing was changed.", code="item_decided")
    if decision == Decision.REVOKE and not comment.strip():
        raise invalid_field("comment", "Say why it is revoked.", "required")


def _ensure_not_oneself(actor: Actor, item: ReviewItem) -> None:
    if item.person_id == actor.id:
        raise Forbidden("Nobody reviews their own access; another reviewer decides this.", code="own_access")


def _revoke(actor: Actor, review: AccessReview, item: ReviewItem, replacement: Replacement) -> str:
    """What became of it, in words. The trail of the act itself names the review as that on whose behalf it was done."""
    person = User.objects.select_related("role").filter(pk=item.person_id).first()
    if person is None:
        return GONE
    behind = ", ".join(filter(None, (actor.on_behalf_of, f"access review {review.name}")))
    named = replace(actor, on_behalf_of=behind[:255])
    try:
        if item.kind == ItemKind.ROLE:
            return _revoke_role(named, item, person, replacement)
        return REVOKE[ItemKind(item.kind)](named, item, person)
    except NotFound:
        raise Forbidden("Not allowed: your role does not reach that far.") from None


def _revoke_role(actor: Actor, item: ReviewItem, person: User, replacement: Replacement) -> str:
    """Only the role that was reviewed: a person who was given another one since keeps that."""
    if person.role is None or str(person.role.pk) != item.target_id:
        return GONE
    role = Role.objects.get(name="read_only") if replacement == "read_only" else None
    if role == person.role:
        raise Conflict("That is the role the person has.", code="same_role")
    user_update(actor, person.pk, role=role)
    return f"Role is now {role.label}." if role else "Has no role any more."


def _remove_from_team(actor: Actor, item: ReviewItem, person: User) -> str:
    if not Membership.objects.filter(user=person, team__pk=item.target_id).exists():
        return GONE
    member_remove(actor, item.target_id, person)
    return f"No longer in {item.label}."


def _revoke_key(actor: Actor, item: ReviewItem, person: User) -> str:
    if not ApiKey.objects.filter(pk=item.target_id, revoked_at__isnull=True).exists():
        return GONE
    api_key_revoke(actor, item.target_id)
    return "The key was revoked."


def _end_grant(actor: Actor, item: ReviewItem, person: User) -> str:
    if not TokenFamily.objects.filter(user=person, application__pk=item.target_id).live().exists():
        return GONE
    grant_revoke(actor, person, item.target_id)
    return "The application lost its access."


REVOKE: dict[ItemKind, Callable[[Actor, ReviewItem, User], str]] = {
    ItemKind.MEMBERSHIP: _remove_from_team,
    ItemKind.API_KEY: _revoke_key,
    ItemKind.OAUTH_GRANT: _end_grant,
}
