"""The field's value sets of selling, stored in lower snake case and shown translated."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DealStatus(TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class DealType(TextChoices):
    NEW_BUSINESS = "new_business", _("New business")
    EXISTING_BUSINESS = "existing_business", _("Existing business")
    RENEWAL = "renewal", _("Renewal")
    UPSELL = "upsell", _("Upsell")
    CROSS_SELL = "cross_sell", _("Cross-sell")


class ForecastCategory(TextChoices):
    OMITTED = "omitted", _("Omitted")
    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", _("Closed")


class ContactRole(TextChoices):
    DECISION_MAKER = "decision_maker", _("Decision maker")
    TECHNICAL_DECISION_MAKER = "technical_decision_maker", _("Technical decision maker")
    EVALUATOR = "evaluator", _("Evaluator")
    INFLUENCER = "influencer", _("Influencer")
    EXECUTIVE_SPONSOR = "executive_sponsor", _("Executive sponsor")
    PRIMARY = "primary", _("Primary")


class ActivityType(TextChoices):
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")
    TASK = "task", _("Task")


class ActivityStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in_progress", _("In progress")
    HELD = "held", _("Held")
    NOT_HELD = "not_held", _("Not held")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    DEFERRED = "deferred", _("Deferred")


class Direction(TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
