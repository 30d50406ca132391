"""Pages of requests: who asks about their data, which records are theirs, and what they get."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.pages import ActorPage, CreatePage, DetailPage, ListPage
from crm.core.requests import CrmRequest
from crm.privacy import services
from crm.privacy.certificates import in_words
from crm.privacy.filters import SubjectRequestFilters
from crm.privacy.forms import RefuseForm, SubjectRequestForm
from crm.privacy.models import RequestKind, RequestState, SubjectRequest, WorkKind
from crm.privacy.subjects import PAGES, Subject, chosen, kind_of, matches
from crm.privacy.works import archive_take, latest, work_start


@requires("privacy:read")
class SubjectRequestList(ListPage):
    model = SubjectRequest
    filters = SubjectRequestFilters
    template_name = "privacy/request_list.html"
    joins = ("owner", "team")

    def rows_for(self, params: QueryDict) -> Any:
        """What waits for an answer, unless asked for something else."""
        rows = super().rows_for(params)
        return rows if params.get("state") or params.get("state") == "" else rows.filter(state=RequestState.OPEN)

    def extra_context(self) -> dict[str, Any]:
        return {"kinds": RequestKind.choices, "states": RequestState.choices}


@requires("privacy:read")
class SubjectRequestDetail(DetailPage):
    """`?q=` looks for the person by something else than the request says."""

    model = SubjectRequest
    template_name = "privacy/request_detail.html"
    joins = ("owner", "team", "erasure")

    def extra_context(self, record: SubjectRequest) -> dict[str, Any]:
        may_write = record.is_open and bool(self.actor.covers("privacy:write", record))
        query = self.request.GET.get("q", record.person if record.is_open else "")
        subjects = _still_there(self.actor, record)
        found = matches(self.actor, query) if may_write else []
        erasure = getattr(record, "erasure", None)
        return {
            "query": query,
            "subjects": [_shown(one) for one in subjects],
            "found": [_shown(row) for _kind, row in found if row not in subjects],
            "may_write": may_write,
            "work": self._export(record, erasure),
            "may_export": bool(subjects) and not erasure and bool(self.actor.covers("privacy:export", record)),
            "refuse_form": RefuseForm(),
            "erasure": erasure,
            "erased": in_words(erasure.counts) if erasure else [],
        }

    def _export(self, record: SubjectRequest, erasure: Any) -> Any:
        """The reader's own: what others may take out may be more."""
        return None if erasure else latest(record, WorkKind.EXPORT, started_by=self.actor.id)


def _still_there(actor: Any, record: SubjectRequest) -> list[Subject]:
    try:
        return chosen(actor, record.subjects)
    except NotFound:
        return []


def _shown(subject: Subject) -> dict[str, Any]:
    facts = (getattr(subject, name, "") for name in ("email", "phone", "mobile_phone"))
    return {
        "record": subject,
        "reference": f"{kind_of(subject)}:{subject.pk}",
        "noun": subject._meta.verbose_name,
        "about": " · ".join(filter(None, (*facts, str(getattr(subject, "team", ""))))),
        "view": PAGES[kind_of(subject)],
        "archived": getattr(subject, "archived_at", None) or not getattr(subject, "is_active", True),
    }


@requires("privacy:write")
class SubjectRequestCreate(CreatePage):
    """`?subject=contact:<id>` starts from a record's own page."""

    model, form_class, service = SubjectRequest, SubjectRequestForm, services.request_open
    list_url, detail_url = "subject_requests:list", "subject_requests:detail"

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "person": self._named()}

    def _named(self) -> str:
        kind, _colon, pk = self.request.GET.get("subject", "").partition(":")
        if kind not in PAGES:
            return ""
        subject = chosen(self.actor, [(kind, pk)])[0]
        return subject.email or str(subject)


class RequestAct(ActorPage):
    """One POST on a request, and back to it."""

    said = ""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            self.act(pk)
        except (Invalid, Conflict) as refusal:
            messages.error(request, " ".join(detail["message"] for detail in refusal.details) or refusal.message)
            return redirect("subject_requests:detail", pk=pk)
        messages.success(request, _(self.said))
        return redirect("subject_requests:detail", pk=pk)

    def act(self, pk: Any) -> None:
        raise NotImplementedError


@requires("privacy:write")
class SubjectRequestChoose(RequestAct):
    def act(self, pk: Any) -> None:
        references = [one.split(":", 1) for one in self.request.POST.getlist("subject")]
        noted, none = "The records of this person are noted.", "No record is noted: tick those that are this person."
        self.said = noted if references else none
        services.request_choose(self.actor, pk, subjects=references)


@requires("privacy:write")
class SubjectRequestComplete(RequestAct):
    said = "The request is answered."

    def act(self, pk: Any) -> None:
        services.request_complete(self.actor, pk)


@requires("privacy:write")
class SubjectRequestRefuse(RequestAct):
    said = "The request is refused."

    def act(self, pk: Any) -> None:
        services.request_refuse(self.actor, pk, reason=self.request.POST.get("reason", ""))


@requires("privacy:export")
class SubjectExport(ActorPage):
    """Has the archive made; the request's page shows how far it is, and then where it is."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            work_start(self.actor, pk, WorkKind.EXPORT)
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return redirect("subject_requests:detail", pk=pk)


@requires("privacy:export")
class Archive(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> FileResponse:
        return archive_answer(self.actor, pk)


def archive_answer(actor: Any, pk: Any) -> FileResponse:
    """Raises NotFound, Forbidden."""
    work = archive_take(actor, pk)
    return FileResponse(work.file.open("rb"), as_attachment=True, filename=f"personal-data-{pk}.zip")
