"""One submission: what came, why it became no lead, and the two things a person can do about it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.capture.errors import NotWaiting
from crm.capture.mapping import label_of
from crm.capture.mending import raw_of, read_of, submission_accept, submission_dismiss
from crm.capture.models import LeadSource, Submission
from crm.capture.reading import MISSING, Read
from crm.core.access import requires
from crm.core.custom_fields.definitions import COLUMN, PREFIX
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, CreatePage, visible
from crm.core.requests import CrmRequest
from customers.duplicates import Duplicate, possible_duplicates
from customers.forms import LeadForm
from customers.models import Lead


def submission_of(actor: Any, pk: Any, submission_pk: Any) -> Submission:
    """Who sees it sees its source, and may read leads. Raises NotFound."""
    source = visible(LeadSource.objects.all(), actor, pk)
    rows = Submission.objects.for_actor(actor).select_related("lead_source__team", "lead_source__owner", "lead")
    found: Submission | None = rows.filter(lead_source=source, pk=submission_pk).first()
    if found is None:
        raise NotFound()
    return found


@requires("webhooks:read")
class SubmissionDetail(ActorPage):
    def get(self, request: CrmRequest, pk: Any, submission_pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        kept = submission_of(self.actor, pk, submission_pk)
        may_mend = kept.is_open and bool(self.actor.covers("leads:write", kept))
        lead = kept.lead if kept.lead and self.actor.covers("leads:read", kept.lead) else None
        context = {
            "kept": kept,
            "source": kept.lead_source,
            "lead": lead,
            "reasons": [{**one, "label": label_of(one["field"]) if one["field"] else ""} for one in kept.reasons],
            "given": list(given_in(kept)),
            "duplicates": possible_duplicates(self.actor, Lead, texts_of(read_of(kept))) if may_mend else [],
            "may_mend": may_mend,
        }
        return TemplateResponse(request, "capture/submission.html", context)


def given_in(kept: Submission) -> Iterator[tuple[str, Any]]:
    """(what it is called, what came), the fields of the lead first; then whatever else came."""
    raw, content = raw_of(kept), kept.content
    labels = {one["field"]: one["label"] for one in kept.lead_source.mapping}
    yield from ((labels[name] or label_of(name), shown(value)) for name, value in raw.items() if value not in MISSING)
    taken = {one["path"].partition(".")[0] or one["field"] for one in kept.lead_source.mapping}
    yield from ((name, shown(value)) for name, value in content.items() if name not in taken)


def shown(value: Any) -> Any:
    """Texts of a list beside each other; whatever else a program sent as it is."""
    is_plain = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return ", ".join(value) if is_plain else value


def texts_of(read: Read) -> dict[str, str]:
    return {name: value for name, value in read.values.items() if isinstance(value, str)}


class MendForm(LeadForm):
    """Its service is told of which submission the lead is; the team is the source's."""

    def __init__(self, *args: Any, kept: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        del self.fields["team"]

    def values(self) -> dict[str, Any]:
        return {**super().values(), "pk": self.kept.pk}


@requires("leads:write")
class SubmissionAccept(CreatePage):
    """The form of a new lead, filled with what came; there it is mended and saved."""

    model, service = Lead, submission_accept
    list_url, detail_url = "leads:list", "leads:detail"

    def dispatch(self, request: CrmRequest, pk: Any, submission_pk: Any) -> Any:  # type: ignore[override]
        self.kept = submission_of(request.actor, pk, submission_pk)
        self.form_class: Any = partial(MendForm, kept=self.kept)  # type: ignore[misc]
        return super().dispatch(request)

    def get(self, request: CrmRequest) -> HttpResponse:
        if not self.kept.is_open:
            raise NotWaiting()
        return super().get(request)

    def initial(self) -> dict[str, Any]:
        source, values = self.kept.lead_source, dict(read_of(self.kept).values)
        values |= {PREFIX + key: value for key, value in values.pop(COLUMN, {}).items()}
        return {
            "owner": source.owner_id,
            "team": source.team_id,
            "source": source.source,
            **raw_texts(self.kept),
            **values,
        }

    def duplicates(self, form: Any) -> list[Duplicate]:
        return possible_duplicates(self.actor, Lead, form.values())


def raw_texts(kept: Submission) -> dict[str, Any]:
    return {name: value for name, value in raw_of(kept).items() if value not in MISSING}


@requires("leads:write")
class SubmissionDismiss(ActorPage):
    def post(self, request: CrmRequest, pk: Any, submission_pk: Any) -> HttpResponse:
        kept = submission_of(self.actor, pk, submission_pk)
        try:
            submission_dismiss(self.actor, kept.pk)
            messages.success(request, _("It was dismissed."))
        except NotWaiting as refusal:
            messages.error(request, refusal.message)
        return redirect("capture:detail", pk=pk)
