"""Notes in the timeline of what they are about: written, edited, pinned, deleted with an undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.actor import Actor
from crm.core.errors import Invalid, NotFound
from crm.core.htmx import retargeted, with_toast
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from customers import services
from customers.forms import NoteForm
from customers.models import Note
from customers.models.subjects import SUBJECTS, subject_for
from customers.services.mentions import handles_of, readers_of
from customers.timeline import note_entry

PEOPLE_SHOWN = 8


def subject_of(actor: Actor, name: str, pk: Any) -> Any:
    """What a note is about. Raises NotFound."""
    if name not in SUBJECTS:
        raise NotFound()
    model: Any = Note._meta.get_field(name).related_model
    return visible(model.objects.all(), actor, pk)


@requires("notes:write")
class NoteLog(ActorPage):
    """The composer: answers the new entry, or the composer again with what is wrong and what was typed."""

    def post(self, request: CrmRequest, subject: str, pk: Any) -> HttpResponse:
        about = subject_of(self.actor, subject, pk)
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
        context["people_url"] = reverse("notes:people", kwargs=self.kwargs)
        return retargeted(TemplateResponse(self.request, "components/composer.html", context, status=422), "#composer")


@requires("notes:write")
class NotePeople(ActorPage):
    """Who can be named with @ in a note about this record: `?q=` finds by fragment."""

    def get(self, request: CrmRequest, subject: str, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, {"q"})
        people = handles_of(readers_of(self.actor, subject_of(self.actor, subject, pk)))
        fragment = request.GET.get("q", "").casefold()
        found = [one for one in people.items() if fragment in f"{one[1].full_name} {one[1].email}".casefold()]
        return TemplateResponse(request, "notes/people_options.html", {"people": found[:PEOPLE_SHOWN]})


class NotePart(ActorPage):
    def entry(self, note: Note) -> HttpResponse:
        return TemplateResponse(self.request, "components/timeline_entry.html", {"entry": note_entry(note)})

    def form(self, note: Note, form: NoteForm, status: int = 200) -> HttpResponse:
        context = {"note": note, "entry": note_entry(note), "form": form}
        return TemplateResponse(self.request, "notes/note_form.html", context, status=status)

    def note(self, pk: Any) -> Note:
        return visible(Note.objects.select_related("owner", *SUBJECTS), self.actor, pk)


@requires("notes:read")
class NoteShow(NotePart):
    """A page of its own, or for htmx the entry alone."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        note = self.note(pk)
        if request.headers.get("HX-Request"):
            return self.entry(note)
        subject = subject_for(self.actor, note)
        crumbs = [(str(subject), reverse(f"{subject._meta.model_name}s:detail", args=[subject.pk]))] if subject else []
        return TemplateResponse(request, "notes/note_detail.html", {"entry": note_entry(note), "crumbs": crumbs})


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
        messages.success(request, _("The note is back."))
        return redirect(f"{note.subject_name}s:detail", pk=getattr(note, f"{note.subject_name}_id"))
