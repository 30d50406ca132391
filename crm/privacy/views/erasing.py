"""Pages of an erasure: what will go and what stays, the question, and the certificate."""

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.reauthentication import FreshSignIn
from auditlog.models import LegalHold
from crm.core.access import requires
from crm.core.changes import ensure_may
from crm.core.errors import Conflict, NotFound
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.privacy.certificates import certificate, in_words, on_paper
from crm.privacy.erasing import open_deals_of
from crm.privacy.forms import EraseForm
from crm.privacy.identifiers import Identifiers
from crm.privacy.models import Erasure, SubjectRequest, SubjectWork, WorkKind, WorkState
from crm.privacy.subjects import chosen, identifiers_of, matches
from crm.privacy.traces import traces_again
from crm.privacy.works import latest, latest_search, work_start

SAMPLES = 50


@requires("privacy:write")
class Search(ActorPage):
    """Starts looking for everything that names the person; the page of the erasure shows how far it got."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            work_start(self.actor, pk, WorkKind.SEARCH)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect("subject_requests:detail", pk=pk)
        return redirect("subject_requests:erase", pk=pk)


@requires("privacy:write")
class Erase(FreshSignIn, ActorPage):
    """`GET` tells what was found, or how far that got; `POST` has it erased. Neither waits for it."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._ask(pk, EraseForm())

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = EraseForm(request.POST)
        if not form.is_valid():
            return self._ask(pk, form, 422)
        try:
            work_start(self.actor, pk, WorkKind.ERASE)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            return self._ask(pk, form, refusal.status)
        return redirect("subject_requests:erase", pk=pk)

    def _ask(self, pk: Any, form: EraseForm, status: int = 200) -> HttpResponse:
        record = visible(SubjectRequest.objects.all(), self.actor, pk)
        ensure_may(self.actor, "privacy:write", record)
        if record.kind != "erasure" or not record.subjects:
            raise NotFound()
        if not record.is_open:
            messages.info(self.request, _("This request was answered before."))
            return redirect("subject_requests:detail", pk=pk)
        erase, search = latest(record, WorkKind.ERASE), latest(record, WorkKind.SEARCH)
        running = next((one for one in (erase, search) if one and one.is_open), None)
        context = {"record": record, "form": form, "work": running}
        if running is None:
            found = latest_search(record)
            failed = next((one for one in (erase, search) if one and one.state == WorkState.FAILED), None)
            context |= {"failed": failed, "search": found, **(self._told(record, found) if found else {})}
        return TemplateResponse(self.request, "privacy/erase.html", context, status=status)

    def _told(self, record: SubjectRequest, search: SubjectWork) -> dict[str, Any]:
        subjects = chosen(self.actor, record.subjects, "write")
        found = identifiers_of(subjects)
        words = sorted({*found.emails, *(" ".join(pair).strip() for pair in found.names)})
        alike = {row.pk: row for word in words for _kind, row in matches(self.actor, word)}
        chosen_pks = {one.pk for one in subjects}
        return {
            "counts": in_words(search.counts),
            "holds": LegalHold.objects.filter(pk__in=search.holds, released_at__isnull=True),
            "open_deals": open_deals_of(subjects),
            "samples": list(_samples(search, found)),
            "others": [row for pk, row in alike.items() if pk not in chosen_pks and _is_alike(found, row)],
        }


@requires("privacy:read")
class Progress(ActorPage):
    """How far one work got, as a fragment that asks again; once it is over, the page that shows the end."""

    def get(self, request: CrmRequest, pk: Any, kind: str) -> HttpResponse:
        record = visible(SubjectRequest.objects.all(), self.actor, pk)
        if kind not in WorkKind.values:
            raise NotFound()
        work = latest(record, WorkKind(kind), **({"started_by": self.actor.id} if kind == WorkKind.EXPORT else {}))
        if work is not None and work.is_open:
            return TemplateResponse(request, "privacy/_work.html", {"record": record, "work": work})
        page = "detail" if kind == WorkKind.EXPORT or not record.is_open else "erase"
        url = reverse(f"subject_requests:{page}", kwargs={"pk": pk})
        is_fragment = "HX-Request" in request.headers
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if is_fragment else redirect(url)


def _is_alike(found: Identifiers, row: Any) -> bool:
    """The same address, number or full name; a search finds more."""
    return bool(found.strict.search(" ".join((str(row), row.email, getattr(row, "phone", "")))))


def _samples(search: SubjectWork, found: Identifiers) -> Any:
    """(where, field, before, after) of the first texts that are redacted."""
    rows = (
        (trace.model._meta.verbose_name, trace.model._meta.get_field(name).verbose_name, before, after)  # type: ignore[union-attr]
        for trace in traces_again(search.samples, found)
        for name, (before, after) in trace.changes.items()
    )
    return islice(rows, SAMPLES)


@requires("privacy:read")
class Certificate(ActorPage):
    """As JSON, or on paper."""

    def get(self, request: CrmRequest, pk: Any, form: str) -> HttpResponse:
        erasure = erasure_of(self.actor, pk)
        if form not in ("json", "pdf"):
            raise NotFound()
        if form == "pdf":
            answer: HttpResponse = HttpResponse(on_paper(erasure), content_type="application/pdf")
        else:
            answer = JsonResponse(certificate(erasure), json_dumps_params={"indent": 1, "ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="erasure-{erasure.pk}.{form}"'
        return answer


def erasure_of(actor: Any, pk: Any) -> Erasure:
    """Raises NotFound."""
    record = visible(SubjectRequest.objects.all(), actor, pk)
    erasure = Erasure.objects.filter(request=record).first()
    if erasure is None:
        raise NotFound()
    return erasure
