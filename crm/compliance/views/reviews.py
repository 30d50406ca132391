"""Pages of access reviews: all of them, one with its items, its decisions and its end."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.reauthentication import fresh_sign_in_required
from crm.compliance import deciding, reviews
from crm.compliance.exporting import FORMS, as_file
from crm.compliance.filters import DECISIONS, STATES, AccessReviewFilters, ReviewItemFilters
from crm.compliance.forms import REPLACEMENTS, CompletionForm, DecisionForm, ReviewEditForm, ReviewStartForm
from crm.compliance.models import AccessReview, Decision, ItemKind, ReviewItem, Scope
from crm.compliance.review_tables import table_of
from crm.compliance.verifying import review_check
from crm.core.access import requires
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, CreatePage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest

USUAL_DAYS = 14
LONGEST_ID = 36


@requires("compliance:read")
class ReviewList(ListPage):
    model = AccessReview
    filters = AccessReviewFilters
    template_name = "compliance/reviews.html"
    joins = ("team",)
    prefetches = ("reviewers",)

    def extra_context(self) -> dict[str, Any]:
        return {"states": STATES, "scopes": Scope.choices}


@requires("compliance:write")
class ReviewStart(CreatePage):
    model, form_class, service = AccessReview, ReviewStartForm, reviews.review_start
    list_url, detail_url = "compliance:reviews", "compliance:review"

    def initial(self) -> dict[str, Any]:
        return {"due_on": timezone.localdate() + timedelta(days=USUAL_DAYS), "reviewers": [self.actor.id]}


@requires("compliance:write")
class ReviewEdit(EditPage):
    model, form_class, service = AccessReview, ReviewEditForm, reviews.review_update
    list_url, detail_url = "compliance:reviews", "compliance:review"


@requires("compliance:read")
class ReviewDetail(ListPage):
    """One review: how far it is, and its items under the filters in the URL."""

    model = ReviewItem
    filters = ReviewItemFilters
    template_name = "compliance/review.html"
    joins = ()

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:  # type: ignore[override]
        rows = AccessReview.objects.select_related("team").prefetch_related("reviewers")
        self.review = visible(rows, self.actor, pk)
        return super().get(request)

    def rows_for(self, params: Any) -> Any:
        return super().rows_for(params).filter(review=self.review)

    def extra_context(self) -> dict[str, Any]:
        is_reviewer = self.actor.id in {one.pk for one in self.review.reviewers.all()}
        counts = reviews.progress(self.review)
        return {
            "review": self.review,
            "progress": counts,
            "decided": counts["kept"] + counts["revoked"],
            "may_decide": is_reviewer and not self.review.is_complete and bool(self.actor.may("compliance:write")),
            "kinds": ItemKind.choices,
            "decisions": DECISIONS,
            "replacements": REPLACEMENTS,
            "sent": self.request.session.pop(_kept(self.review.pk), {}),
            "privileged": (("true", _("Privileged")), ("false", _("Not privileged"))),
        }


@requires("compliance:read")
class ReviewCheckPage(ActorPage):
    """Whether a complete review is still what was completed, as a fragment of its page: large ones take a second."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        review = visible(AccessReview.objects.all(), self.actor, pk)
        if not review.is_complete:
            raise NotFound()
        context = {"review": review, "check": review_check(review)}
        return TemplateResponse(request, "compliance/_check.html", context)


@requires("compliance:write")
class ReviewDecide(ActorPage):
    """Several items at once; what cannot be decided is told and the rest is done."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponseBase:
        revokes = request.POST.get("decision") == Decision.REVOKE
        return self._revoke(request, pk) if revokes else self._decide(request, pk)

    @method_decorator(fresh_sign_in_required)
    def _revoke(self, request: CrmRequest, pk: Any) -> HttpResponseBase:
        return self._decide(request, pk)

    def _decide(self, request: CrmRequest, pk: Any) -> HttpResponseBase:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Invalid(_("Decide keep or revoke."))
        try:
            decided, refused = deciding.items_decide(self.actor, pk, request.POST.getlist("ids"), **_chosen(form))
        except (Invalid, Conflict) as error:
            messages.error(request, _reason(error))
            _keep(request, pk)
        else:
            _say(request, decided, refused)
        return _back(request, pk)


@requires("compliance:read")
class ItemDetail(ActorPage):
    """One item in full, with the grants behind a role as they were on the day of the snapshot."""

    def get(self, request: CrmRequest, pk: Any, item: Any) -> HttpResponse:
        return self._render(request, self._item(pk, item), DecisionForm())

    def post(self, request: CrmRequest, pk: Any, item: Any) -> HttpResponseBase:
        verdict = self.actor.may("compliance:write")
        if not verdict:
            raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]
        form, found = DecisionForm(request.POST), self._item(pk, item)
        if not form.is_valid():
            return self._render(request, found, form, 422)
        revokes = form.cleaned_data["decision"] == Decision.REVOKE
        decide = self._revoke if revokes else self._decide
        return decide(request, found, form)

    @method_decorator(fresh_sign_in_required)
    def _revoke(self, request: CrmRequest, item: ReviewItem, form: DecisionForm) -> HttpResponseBase:
        return self._decide(request, item, form)

    def _decide(self, request: CrmRequest, item: ReviewItem, form: DecisionForm) -> HttpResponseBase:
        try:
            done = deciding.item_decide(self.actor, item.review_id, item.pk, **_chosen(form))
        except (Invalid, Conflict, Forbidden) as error:
            for detail in error.details or [{"field": "", "message": error.message}]:
                form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
            return self._render(request, item, form, error.status)
        _say(request, [done], [])
        return redirect("compliance:review", pk=item.review_id)

    def _item(self, pk: Any, item: Any) -> ReviewItem:
        review = visible(AccessReview.objects.all(), self.actor, pk)
        found = review.items.filter(pk=item).first()
        if found is None:
            raise NotFound()
        found.review = review
        return found

    def _render(self, request: CrmRequest, item: ReviewItem, form: DecisionForm, status: int = 200) -> HttpResponse:
        review = item.review
        is_reviewer = review.reviewers.filter(pk=self.actor.id).exists()
        context = {
            "item": item,
            "review": review,
            "form": form,
            "others": review.items.filter(person_id=item.person_id).exclude(pk=item.pk)[:50],
            "grants": self._grants(item),
            "is_own": item.person_id == self.actor.id,
            "may_decide": is_reviewer and not review.is_complete and bool(self.actor.may("compliance:write")),
        }
        return TemplateResponse(request, "compliance/item.html", context, status=status)

    def _grants(self, item: ReviewItem) -> list[tuple[str, list[str], str]]:
        """(resource, actions, reach) of a role as it was then."""
        grants = item.review.roles.get(item.target_id, {}) if item.kind == ItemKind.ROLE else {}
        found: dict[tuple[str, str], list[str]] = {}
        for permission, reach in sorted(grants.items()):
            resource, _colon, verb = permission.partition(":")
            if reach != "none":
                found.setdefault((resource, reach), []).append(verb)
        return [(resource, actions, reach) for (resource, reach), actions in found.items()]


@requires("compliance:write")
class ItemReopen(ActorPage):
    """The undo of a "keep"."""

    def post(self, request: CrmRequest, pk: Any, item: Any) -> HttpResponse:
        try:
            deciding.item_reopen(self.actor, pk, item)
        except Conflict as error:
            messages.error(request, _reason(error))
        else:
            messages.success(request, _("The decision was taken back."))
        return _back(request, pk)


@requires("compliance:write")
class ReviewComplete(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._render(request, pk, CompletionForm())

    @method_decorator(fresh_sign_in_required)
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = CompletionForm(request.POST)
        if not form.is_valid():
            return self._render(request, pk, form, 422)
        try:
            review = reviews.review_complete(self.actor, pk, sign_off=form.cleaned_data["sign_off"])
        except Conflict as error:
            messages.error(request, _reason(error))
        else:
            messages.success(request, _("{review} is complete.").format(review=review))
        return redirect("compliance:review", pk=pk)

    def _render(self, request: CrmRequest, pk: Any, form: CompletionForm, status: int = 200) -> HttpResponse:
        review = visible(AccessReview.objects.all(), self.actor, pk)
        context = {"review": review, "progress": reviews.progress(review), "form": form}
        return TemplateResponse(request, "compliance/complete.html", context, status=status)


@requires("compliance:export")
class ReviewFile(ActorPage):
    def get(self, request: CrmRequest, pk: Any, form: str) -> HttpResponseBase:
        refuse_unknown(request.GET, set())
        if form not in FORMS:
            raise NotFound()
        review = visible(AccessReview.objects.select_related("team"), self.actor, pk, "export")
        return as_file(self.actor, table_of(review), form, review)


def _kept(review: Any) -> str:
    return f"review-sent-{review}"


def _keep(request: CrmRequest, pk: Any) -> None:
    """What was ticked and said, for the list that follows a refusal: nobody ticks it all again."""
    ids = [value for value in request.POST.getlist("ids") if len(value) <= LONGEST_ID][: deciding.MOST_AT_ONCE]
    comment, replacement = request.POST.get("comment", ""), request.POST.get("replacement", "")
    said = {"comment": comment[: deciding.LONGEST_COMMENT], "replacement": replacement[:20]}
    request.session[_kept(pk)] = {"ids": ids, **said}


def _back(request: CrmRequest, pk: Any) -> HttpResponse:
    """To the list, under the filters that it had."""
    address, came_from = reverse("compliance:review", args=[pk]), urlsplit(request.META.get("HTTP_REFERER", ""))
    return redirect(f"{address}?{came_from.query}" if came_from.path == address and came_from.query else address)


def _reason(error: Invalid | Conflict) -> str:
    return " ".join(detail["message"] for detail in error.details) or error.message


def _chosen(form: DecisionForm) -> dict[str, Any]:
    return {**form.cleaned_data, "replacement": form.cleaned_data["replacement"] or "none"}


def _say(request: CrmRequest, decided: list[ReviewItem], refused: list[deciding.Refused]) -> None:
    if decided:
        text = ngettext("{count} item was decided.", "{count} items were decided.", len(decided))
        messages.success(request, text.format(count=len(decided)))
    for one in refused[:5]:
        messages.error(request, f"{one.item}: {one.error.message}")
    if len(refused) > 5:
        messages.error(request, _("{count} more stay undecided.").format(count=len(refused) - 5))
