"""Pages of the security centre: what is open, what happened, what counts as an anomaly, and what to do about it."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from auditlog.alerts import counting, services
from auditlog.alerts.actions import act_named, acts_on, fresh, may_change
from auditlog.alerts.data import BY_NAME, RULES
from auditlog.alerts.filters import AlertFilters, SecurityEventFilters
from auditlog.alerts.findings import details_of
from auditlog.alerts.forms import CloseForm, RuleForm
from auditlog.alerts.own import closing
from auditlog.alerts.words import KINDS, detail_label
from auditlog.models import Alert, AlertEvidence, AlertState, AnomalyRule, SecurityEvent, Severity
from crm.core.access import requires
from crm.core.charts import Line, line_chart
from crm.core.errors import CrmError, Invalid, NotFound
from crm.core.formats import short_day
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, DetailPage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest

MOST_EVIDENCE = 25


@requires("security:read")
class Centre(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        days, series = counting.events_by_day(self.actor)
        lines = [Line(_("All events"), series["every"]), Line(_("High and critical"), series["grave"])]
        context = {
            "severities": [
                (Severity(name).label, number, f"{reverse('security:alerts')}?severity={name}&unresolved=true")
                for name, number in counting.by_severity(self.actor).items()
            ],
            "alerts": counting.latest_alerts(self.actor),
            "events": counting.latest_events(self.actor),
            "chart": line_chart(lines, [_short(day) for day in days], title=_("Security events per day")),
        }
        return TemplateResponse(request, "security/centre.html", context)


def _short(day: date) -> str:
    """`27`, and `1 Dec` where a month begins: a label for each of two weeks has to fit."""
    return short_day(day) if day.day == 1 else str(day.day)


@requires("security:read")
class Events(ListPage):
    model = SecurityEvent
    filters = SecurityEventFilters
    template_name = "security/events.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        kinds = sorted(((kind, str(label)) for kind, label in KINDS.items()), key=lambda pair: pair[1])
        return {"kinds": kinds, "severities": Severity.choices, "person": self._person()}

    def _person(self) -> str:
        """Whose events these are, by the name that the newest of them has."""
        rows = SecurityEvent.objects.for_actor(self.actor)
        named = self.filters.base_filters["person"].field.clean(self.request.GET.get("person") or None)
        newest = rows.filter(person_id=named).order_by("-at").values_list("person_label", flat=True)
        return (newest.first() or "") if named else ""


@requires("security:read")
class EventPage(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        event = visible(SecurityEvent.objects.all(), self.actor, pk)
        proved = AlertEvidence.objects.filter(event_id=event.pk).values("alert")
        context = {
            "event": event,
            "details": [(detail_label(name), value) for name, value in details_of(event).items()],
            "alerts": Alert.objects.for_actor(self.actor).filter(pk__in=proved).select_related("rule"),
        }
        return TemplateResponse(request, "security/event.html", context)


@requires("security:read")
class Alerts(ListPage):
    model = Alert
    filters = AlertFilters
    template_name = "security/alerts.html"
    joins = ("rule",)

    def extra_context(self) -> dict[str, Any]:
        return {
            "states": AlertState.choices,
            "severities": Severity.choices,
            "rules": [(rule.name, str(rule.label)) for rule in RULES],
        }


@requires("security:read")
class AlertPage(DetailPage):
    model = Alert
    template_name = "security/alert.html"
    joins = ("rule",)

    def extra_context(self, record: Alert) -> dict[str, Any]:
        return {"close_form": CloseForm(), **alert_context(self.actor, record)}


def alert_context(actor: Any, alert: Alert) -> dict[str, Any]:
    evidence = alert.evidence.order_by("-pk").values_list("event_id", flat=True)[:MOST_EVIDENCE]
    return {
        "events": SecurityEvent.objects.for_actor(actor).filter(pk__in=list(evidence)).order_by("-at", "-id"),
        "entries": list(alert.entries.all()),
        "acts": acts_on(actor, alert),
        "closing": closing(alert, actor).value,
        "may_change": bool(actor.may("security:write")) and may_change(actor, alert),
        "person_url": reverse("settings:people_detail", args=[alert.person_id]) if _knows_person(actor, alert) else "",
    }


def _knows_person(actor: Any, alert: Alert) -> bool:
    return alert.person_id is not None and bool(actor.may("users:read"))


@requires("security:write")
class Acknowledge(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.alert_acknowledge(self.actor, pk)
        messages.success(request, _("You are at it: the others see that."))
        return redirect("security:alerts_detail", pk=pk)


@requires("security:write")
class Comment(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.alert_comment(self.actor, pk, comment=request.POST.get("comment", ""))
        return redirect("security:alerts_detail", pk=pk)


@requires("security:write")
class Close(ActorPage):
    """`version` in the form is what its reader saw: what has fired again since is not closed unseen."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        alert, form = visible(Alert.objects.select_related("rule"), self.actor, pk), CloseForm(request.POST)
        version = request.POST.get("version", "")
        if form.is_valid() and self._closes(form, pk, version):
            messages.success(request, _("The alert is closed."))
            return redirect("security:alerts")
        context = {"record": alert, "close_form": form, **alert_context(self.actor, alert)}
        return TemplateResponse(request, "security/alert.html", context, status=422)

    def _closes(self, form: CloseForm, pk: Any, version: str) -> bool:
        seen = int(version) if version.isascii() and version.isdigit() else None
        try:
            services.alert_close(self.actor, pk, version=seen, **form.cleaned_data)
        except Invalid as refusal:
            for detail in refusal.details:
                form.add_error(detail["field"], detail["message"])
            return False
        return True


@requires("security:write")
class ActPage(ActorPage):
    """Says what will happen, and does it. The person has just shown that it is them."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return fresh(super().dispatch)(request, *args, **kwargs)

    def get(self, request: CrmRequest, pk: Any, action: str) -> HttpResponse:
        alert = visible(Alert.objects.select_related("rule"), self.actor, pk)
        act = next((one for one in acts_on(self.actor, alert) if one.name == action), None)
        if act is None:
            raise NotFound()
        return TemplateResponse(request, "security/act.html", {"record": alert, "act": act})

    def post(self, request: CrmRequest, pk: Any, action: str) -> HttpResponse:
        try:
            _alert, done = services.alert_act(self.actor, pk, action=action)
        except CrmError as refusal:
            if act_named(action) is None or refusal.status not in (409, 422):
                raise
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
        return redirect("security:alerts_detail", pk=pk)


@requires("security:read")
class Rules(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        known = {rule.name: rule for rule in AnomalyRule.objects.for_actor(self.actor)}
        rules = [(data, known[data.name]) for data in RULES if data.name in known]
        return TemplateResponse(request, "security/rules.html", {"rules": rules})


@requires("security:manage")
class RuleEdit(EditPage):
    model, form_class, service = AnomalyRule, RuleForm, services.rule_update
    template_name: ClassVar[str] = "security/rule.html"
    list_url, detail_url = "security:rules", "security:rules_edit"

    def extra_context(self) -> dict[str, Any]:
        rule = visible(AnomalyRule.objects.all(), self.actor, self.kwargs["pk"])
        return {"data": BY_NAME[rule.name], "noun": _("rule"), "nouns": _("rules")}

    def done(self, record: Any, message: str) -> HttpResponse:
        messages.success(self.request, _("The rule was saved. It holds from the next event on."))
        return redirect("security:rules")
