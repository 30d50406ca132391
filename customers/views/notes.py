"""Notes in the timeline of what they are about: written, edited, pinned, deleted with an undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Invalid, NotFound
from crm.core.htmx import retargeted, with_toast
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from customers import services
from customers.forms import NoteForm
from customers.models import Note
from customers.models.note import SUBJECTS
from customers.timeline import note_entry


@requires("notes:write")
class NoteLog(ActorPage):
    """The composer: answers the new entry, or the composer again with what is wrong and what was typed."""

    def post(self, request: CrmRequest, subject: str, pk: Any) -> HttpResponse:
        if subject not in SUBJECTS:
            raise NotFound()
        model: Any = Note._meta.get_field(subject).related_model
        about = visible(model.objects.all(), self.actor, pk)
        body = request.POST.get("body", "")
        try:
            note = services.note_create(self.actor, body=body, **{subject: about})
        except Invalid as refusal:
            return self._again(body, [detail["message"] for detail in refusal.details])
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, "components/timeline_entry.html", {"entry": note_entry(note)})
        messages.success(request, _("The note was saved."))
        return redirect(f"{subject}s:detail", pk=pk)

    def _again(self, body: str, errors: list[str]) -> HttpResponse:
        context = {"url": self.request.path, "errors": errors, "body": body, "selected": "note"}
        return retargeted(TemplateResponse(self.request, "components/composer.html", context, status=422), "#composer")


class NotePart(ActorPage):
    def entry(self, note: Note) -> HttpResponse:
        return TemplateResponse(self.request, "components/timeline_entry.html", {"entry": note_entry(note)})

    def form(self, note: Note, form: NoteForm, status: int = 200) -> HttpResponse:
        context = {"note": note, "entry": note_entry(note), "form": form}
        return TemplateResponse(self.request, "notes/note_form.html", context, status=status)

    def note(self, pk: Any) -> Note:
        return visible(Note.objects.select_related("owner"), self.actor, pk)


@requires("notes:read")
class NoteShow(NotePart):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self.entry(self.note(pk))


@requires("notes:write")
class NoteEdit(NotePart):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        note = self.note(pk)
        return self.form(note, NoteForm(instance=note, actor=self.actor))

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        note = self.note(pk)
        form = NoteForm(request.POST, instance=note, actor=self.actor)
        if not form.is_valid():
            return self.form(note, form, 422)
        try:
            saved = services.note_update(self.actor, pk, version=form.cleaned_data["version"], **form.values())
        except Invalid as refusal:
            for detail in refusal.details:
                form.add_error("body", detail["message"])
            return self.form(note, form, 422)
        return self.entry(saved)


@requires("notes:write")
class NotePin(NotePart):
    """Pins, or takes the pin off."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self.entry(services.note_update(self.actor, pk, pinned=not self.note(pk).pinned))


@requires("notes:delete")
class NoteDelete(NotePart):
    """Archives: out of sight at once, back by Undo."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.note_archive(self.actor, pk)
        return with_toast(HttpResponse(), _("The note was deleted."), reverse("notes:restore", args=[pk]))


@requires("notes:delete")
class NoteRestore(NotePart):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        note = services.note_restore(self.actor, pk)
        subject = next(name for name in SUBJECTS if getattr(note, f"{name}_id"))
        messages.success(request, _("The note is back."))
        return redirect(f"{subject}s:detail", pk=getattr(note, f"{subject}_id"))
