"""A running access review for the demo company: half decided, so that the page shows both halves."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from crm.compliance.deciding import item_decide
from crm.compliance.models import AccessReview, Decision
from crm.compliance.reviews import review_start

NAME = "Quarterly access review"
DECIDED = 8


def access_review(draws: Any) -> None:
    """Started by the demo's administrator, reviewed with the auditor; nothing where it is there already."""
    demo = User.objects.select_related("role").filter(email__endswith="@demo.example", role__isnull=False)
    people = {user.role.name: user for user in demo if user.role}
    if not {"admin", "auditor", "superadmin"} <= set(people) or AccessReview.objects.filter(name=NAME).exists():
        return
    admin, auditor = people["admin"], people["auditor"]
    due = timezone.localdate() + timedelta(days=10)
    actor = actor_for(admin, credential="none")
    review = review_start(actor, name=NAME, due_on=due, reviewers=[admin, auditor, people["superadmin"]])
    for item in review.items.exclude(person_id=admin.pk)[:DECIDED]:
        item_decide(actor, review.pk, item.pk, decision=Decision.KEEP, comment="Needed for their work.")
