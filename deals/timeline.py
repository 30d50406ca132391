"""Activities and steps through the pipeline as sources of timelines, and what is planned next."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.actor import Actor
from crm.core.timeline import Entry
from deals.models import Activity, Deal, StageChange
from deals.models.activity import OPEN, SUBJECTS
from deals.models.choices import ActivityStatus, ActivityType

LOGGED = {
    ActivityType.CALL: gettext_lazy("logged a call"),
    ActivityType.EMAIL: gettext_lazy("logged an e-mail"),
    ActivityType.MEETING: gettext_lazy("logged a meeting"),
    ActivityType.TASK: gettext_lazy("completed a task"),
}
PLANNED = {
    ActivityType.CALL: gettext_lazy("planned a call"),
    ActivityType.EMAIL: gettext_lazy("planned an e-mail"),
    ActivityType.MEETING: gettext_lazy("planned a meeting"),
    ActivityType.TASK: gettext_lazy("planned a task"),
}
UNREMARKABLE = (ActivityStatus.PLANNED, ActivityStatus.HELD, ActivityStatus.COMPLETED)


def activities_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    """A customer shows those of its deals, too."""
    name = subject._meta.model_name
    if name not in SUBJECTS:
        return []
    rows = Activity.objects.for_actor(actor).active().filter(_about(actor, subject, name)).select_related("owner")
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    return [activity_entry(activity) for activity in rows.order_by("-created_at", "-id")[:limit]]


def stage_changes_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    deals = _deals_of(actor, subject)
    if deals is None:
        return []
    rows = StageChange.objects.filter(deal__in=deals).select_related("deal", "from_stage", "to_stage")
    if before is not None:
        rows = rows.filter(at__lt=before)
    is_own = isinstance(subject, Deal)
    return [_stage_entry(change, is_own) for change in rows.order_by("-at", "-id")[:limit]]


def next_activity_of(actor: Actor, subject: Any) -> Entry | None:
    """The open activity that is due first; one without a date is no plan."""
    name = subject._meta.model_name
    if name not in SUBJECTS:
        return None
    rows = Activity.objects.for_actor(actor).active().filter(_about(actor, subject, name), due_at__isnull=False)
    activity = rows.filter(status__in=OPEN).select_related("owner").order_by("due_at", "id").first()
    if activity is None:
        return None
    url = reverse("activities:detail", args=[activity.pk])
    return Entry(activity.type, activity.due_at, str(activity.owner or ""), activity.subject, url=url)  # type: ignore[arg-type]


def activity_entry(activity: Activity) -> Entry:
    summary = str((LOGGED if activity.is_done else PLANNED)[ActivityType(activity.type)])
    if activity.status not in UNREMARKABLE:
        summary = f"{summary} ({activity.get_status_display()})"
    return Entry(
        kind=activity.type,
        at=activity.created_at,
        actor_label=str(activity.owner or _("Somebody")),
        summary=summary,
        body=_body(activity),
        url=reverse("activities:detail", args=[activity.pk]),
        id=f"activity-{activity.pk}",
    )


def _body(activity: Activity) -> str:
    """The composer's first line is the subject; it is not said twice."""
    text = activity.description.strip()
    return text if text.startswith(activity.subject) else "\n".join(filter(None, (activity.subject, text)))


def _about(actor: Actor, subject: Any, name: str) -> Q:
    about = Q(**{name: subject})
    if name != "customer":
        return about
    deals = Deal.objects.for_actor(actor).filter(customer=subject).values("pk")
    # A union of two index look-ups; the same said with OR reads every activity of the team.
    through_deals = Activity.objects.filter(deal__in=deals).values("pk")
    return Q(pk__in=Activity.objects.filter(about).values("pk").union(through_deals))


def _deals_of(actor: Actor, subject: Any) -> Any:
    if isinstance(subject, Deal):
        return [subject.pk]
    paths = {"customer": "customer", "contact": "deal_contacts__contact", "lead": "converted_leads"}
    path = paths.get(subject._meta.model_name)
    return Deal.objects.for_actor(actor).filter(**{path: subject}).values("pk") if path else None


def _stage_entry(change: StageChange, is_own: bool) -> Entry:
    names = {"deal": _("the deal") if is_own else change.deal.name, "to": change.to_stage.name}
    if change.from_stage is None:
        summary = _("started %(deal)s in %(to)s") % names
    else:
        summary = _("moved %(deal)s from %(from)s to %(to)s") % {**names, "from": change.from_stage.name}
    url = "" if is_own else reverse("deals:detail", args=[change.deal_id])
    return Entry(kind="stage", at=change.at, actor_label=change.actor_label, summary=summary, url=url)
