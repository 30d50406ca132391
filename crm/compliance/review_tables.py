"""An access review as a table for paper and spreadsheets."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.compliance.exporting import Table
from crm.compliance.models import AccessReview
from crm.compliance.reports.shape import Cell
from crm.compliance.reviews import progress

CHUNK = 2000

COLUMNS = (
    Cell("person", gettext_lazy("Person"), 1.3),
    Cell("email", gettext_lazy("E-mail"), 1.7),
    Cell("kind", gettext_lazy("Kind"), 0.9),
    Cell("what", gettext_lazy("What"), 1.3),
    Cell("since", gettext_lazy("Since"), 1.1),
    Cell("granted_by", gettext_lazy("Granted by"), 1.3),
    Cell("last_used_at", gettext_lazy("Last used"), 1.1),
    Cell("decision", gettext_lazy("Decision"), 0.8),
    Cell("comment", gettext_lazy("Comment"), 1.7),
    Cell("outcome", gettext_lazy("Outcome"), 1.3),
    Cell("decided_by", gettext_lazy("Decided by"), 1.2),
    Cell("decided_at", gettext_lazy("Decided"), 1.1),
)


def table_of(review: AccessReview) -> Table:
    counts = progress(review)
    facts: list[tuple[str, Any]] = [
        (_("Scope"), review.team or review.get_scope_display()),
        (_("Snapshot of"), f"{review.created_at:%Y-%m-%d %H:%M} UTC"),
        (_("Started by"), review.started_by_label),
        (_("Reviewers"), ", ".join(map(str, review.reviewers.all()))),
        (_("Due"), review.due_on),
        (_("Items"), _("{total}: {kept} kept, {revoked} revoked, {open} open").format(**counts)),
    ]
    closing = ""
    if review.completed_at:
        closing = _("Completed {at} UTC by {name}: {sign_off}\n\nSHA-256 of the decided items: {digest}").format(
            at=f"{review.completed_at:%Y-%m-%d %H:%M}",
            name=review.completed_by_label,
            sign_off=review.sign_off,
            digest=review.digest,
        )
    title = _("Access review: {name}").format(name=review.name)
    return Table("access-review", title, COLUMNS, lambda: _rows(review), facts, closing=closing)


def _rows(review: AccessReview) -> Iterator[tuple[Any, ...]]:
    for item in review.items.order_by("person_label", "id").iterator(chunk_size=CHUNK):
        yield (
            item.person_label, item.person_email, item.get_kind_display(), item.label, item.granted_at,
            item.granted_by, item.last_used_at, item.get_decision_display(), item.comment, item.outcome,
            item.decided_by_label, item.decided_at,
        )  # fmt: skip
