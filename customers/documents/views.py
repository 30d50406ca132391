"""Pages of documents: the card on a record, the list, one document with its versions, and the file itself."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from auditlog.services import record as leave_event
from crm.core.access import requires
from crm.core.canaries import belonging
from crm.core.deletion import DeletePage
from crm.core.errors import Conflict, CrmError, Forbidden, Invalid, NotFound, TooLarge
from crm.core.htmx import with_toast
from crm.core.pages import ActionPage, ActorPage, DetailPage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest
from customers.documents.api import version_of
from customers.documents.forms import DocumentForm, UploadForm, VerdictForm, VersionForm
from customers.documents.serving import attachment, etag_of, preview
from customers.filters import DocumentFilters
from customers.models import Document
from customers.models.choices import DocumentStatus, DocumentType
from customers.models.subjects import SUBJECTS
from customers.services import documents as services

SHOWN = 6
REFUSALS = (Invalid, Conflict, TooLarge)
WHAT_IT_IS_ABOUT = ("customer", "contact", "lead", "deal")


@requires("documents:read")
class DocumentList(ListPage):
    model = Document
    filters = DocumentFilters
    template_name = "documents/document_list.html"
    joins = ("owner", *WHAT_IT_IS_ABOUT)

    def extra_context(self) -> dict[str, Any]:
        return {"statuses": DocumentStatus.choices, "types": DocumentType.choices}


class SubjectPart(ActorPage):
    """The card of a record: its newest documents and the way to add one."""

    def about(self, subject: str, pk: Any) -> Any:
        if subject not in SUBJECTS:
            raise NotFound()
        model: Any = Document._meta.get_field(subject).related_model
        return visible(model.objects.all(), self.actor, pk)

    def card(self, subject: str, record: Any, form: UploadForm | None = None, status: int = 200) -> HttpResponse:
        rows = belonging(record.documents, record, self.actor).active().order_by("-created_at", "-id")
        found = list(rows[: SHOWN + 1])
        context = {
            "documents": found[:SHOWN],
            "has_more": len(found) > SHOWN,
            "subject_name": subject,
            "record": record,
            "form": form or UploadForm(actor=self.actor),
            "may_add": bool(self.actor.may("documents:write")) and not record.is_archived,
        }
        return TemplateResponse(self.request, "documents/_for_record.html", context, status=status)


@requires("documents:read")
class ForRecord(SubjectPart):
    def get(self, request: CrmRequest, subject: str, pk: Any) -> HttpResponse:
        return self.card(subject, self.about(subject, pk))


@requires("documents:write")
class Upload(SubjectPart):
    """Answers the card again to the script, and leads back to the record without one."""

    def post(self, request: CrmRequest, subject: str, pk: Any) -> HttpResponse:
        record = self.about(subject, pk)
        form = UploadForm(request.POST, request.FILES, actor=self.actor)
        if not form.is_valid():
            return self.card(subject, record, form, 422)
        try:
            document = services.document_upload(self.actor, **form.values(), **{subject: record})
        except REFUSALS as refusal:
            add_refusal(form, refusal)
            return self.card(subject, record, form, refusal.status)
        message, level = self._told(document)
        if request.headers.get("HX-Request"):
            return with_toast(self.card(subject, record), message, level=level)
        messages.add_message(request, getattr(messages, level.upper()), message)
        return redirect(f"{subject}s:detail", pk=pk)

    def _told(self, document: Document) -> tuple[str, str]:
        """In words, and how loud."""
        same = ", ".join(str(one) for one in services.duplicates_of(self.actor, document))
        if not same:
            return _("%s was added.") % document, "success"
        return _("%(name)s was added. The same file is here already: %(same)s.") % {
            "name": document,
            "same": same,
        }, "warning"


def add_refusal(form: Any, refusal: CrmError) -> None:
    for detail in refusal.details or [{"field": "file", "message": refusal.message}]:
        form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])


class DocumentPart(ActorPage):
    """What the page of a document and the acts on it share."""

    template_name: ClassVar[str] = "documents/document_detail.html"
    joins: ClassVar[tuple[str, ...]] = ("owner", "team", "verified_by", *WHAT_IT_IS_ABOUT)

    def extra_context(self, record: Document) -> dict[str, Any]:
        may_edit = bool(self.actor.covers("documents:write", record)) and not record.is_archived
        may_verify = bool(self.actor.covers("documents:verify", record)) and not record.is_archived
        verdict = {"status": record.status, "reason": record.status_reason, "expires_on": record.expires_on}
        versions = list(record.versions.select_related("content", "uploaded_by").order_by("-number"))
        return {
            "versions": versions,
            "current": versions[0],
            "may_edit": may_edit,
            "may_verify": may_verify,
            "may_delete": bool(self.actor.covers("documents:delete", record)),
            "verdict_form": VerdictForm(initial={**verdict, "version": record.version}),
            "version_form": VersionForm(),
            "duplicates": services.duplicates_of(self.actor, record),
        }

    def document(self, pk: Any) -> Document:
        return visible(Document.objects.select_related(*self.joins), self.actor, pk)  # type: ignore[no-any-return]

    def again(self, record: Document, status: int, **forms: Any) -> HttpResponse:
        context = {"record": record, **self.extra_context(record), **forms}
        return TemplateResponse(self.request, self.template_name, context, status=status)


@requires("documents:read")
class DocumentDetail(DocumentPart, DetailPage):
    model = Document
    template_name, joins = DocumentPart.template_name, DocumentPart.joins


@requires("documents:write")
class DocumentEdit(EditPage):
    model, form_class, service = Document, DocumentForm, services.document_update
    list_url, detail_url = "documents:list", "documents:detail"


@requires("documents:read")
class Download(DocumentPart):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        document = self.document(pk)
        version = version_of(document, request.GET.get("number", ""))
        answer = attachment(request, version)
        leave_event(self.actor, "documents.downloaded", document, {"number": (None, version.number)})
        return answer


@requires("documents:read")
class Preview(DocumentPart):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        document = self.document(pk)
        version = version_of(document)
        if etag_of(version) in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers={"ETag": etag_of(version)})
        answer = preview(request, version)
        leave_event(self.actor, "documents.previewed", document, {"number": (None, version.number)})
        return answer


@requires("documents:write")
class AddVersion(DocumentPart):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record, form = self.document(pk), VersionForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.again(record, 422, version_form=form)
        try:
            services.document_add_version(self.actor, pk, file=form.cleaned_data["file"])
        except REFUSALS as refusal:
            add_refusal(form, refusal)
            return self.again(record, refusal.status, version_form=form)
        messages.success(request, _("The new version is here. The old one is kept."))
        return redirect("documents:detail", pk=pk)


@requires("documents:write")
class RestoreVersion(DocumentPart):
    def post(self, request: CrmRequest, pk: Any, number: int) -> HttpResponse:
        self.document(pk)
        services.document_restore_version(self.actor, pk, number)
        messages.success(request, _("Version %d is back as the newest one.") % number)
        return redirect("documents:detail", pk=pk)


@requires("documents:verify")
class Verify(DocumentPart):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record, form = self.document(pk), VerdictForm(request.POST)
        if not form.is_valid():
            return self.again(record, 422, verdict_form=form)
        try:
            services.document_verify(self.actor, pk, **form.cleaned_data)
        except Forbidden:
            raise
        except CrmError as refusal:
            add_refusal(form, refusal)
            return self.again(record, refusal.status, verdict_form=form)
        messages.success(request, _("The verdict was noted."))
        return redirect("documents:detail", pk=pk)


@requires("documents:delete")
class DocumentArchive(ActionPage):
    service, message = services.document_archive, "{record} was deleted."
    undo_url, done_url = "documents:restore", "documents:detail"


@requires("documents:delete")
class DocumentRestore(ActionPage):
    service, message = services.document_restore, "{record} is back."
    done_url = "documents:detail"


@requires("documents:delete")
class DocumentDelete(DeletePage):
    model, service = Document, services.document_delete
    list_url, detail_url = "documents:list", "documents:detail"
