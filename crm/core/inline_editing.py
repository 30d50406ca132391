"""Editing one field in place: a value becomes a field, Enter saves, Esc brings the value back."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse

from crm.core.custom_fields.definitions import definition_named
from crm.core.custom_fields.showing import custom_fact
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.facts import Fact, fact_of
from crm.core.forms import RecordForm
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.core.sensitive import refuse_fields


class FieldPage(ActorPage):
    """`GET` the field (`?show` the value), `POST` to save. `fields` may be edited; a stale version is 412."""

    model: ClassVar[type[Any]]
    form_class: ClassVar[type[RecordForm]]
    service: ClassVar[Callable[..., Any]]
    fields: ClassVar[tuple[str, ...]]
    url_name: ClassVar[str]

    def get(self, request: CrmRequest, pk: Any, name: str) -> HttpResponse:
        record = self._record(pk, name)
        if "show" in request.GET:
            return self._value(record, name)
        return self._form(self._single(name, None, record), name)

    def post(self, request: CrmRequest, pk: Any, name: str) -> HttpResponse:
        record = self._record(pk, name)
        form = self._single(name, request.POST, record)
        if not form.is_valid():
            return self._form(form, name, 422)
        try:
            version = form.cleaned_data["version"]
            saved = type(self).service(self.actor, pk, version=version, **form.values())
        except (Invalid, Conflict) as refusal:
            for detail in refusal.details or [{"message": refusal.message}]:
                form.add_error(name, detail["message"])
            return self._form(form, name, 422)
        return self._value(saved, name)

    def _record(self, pk: Any, name: str) -> Any:
        if name not in self.fields and definition_named(self.model, name) is None:
            raise NotFound()
        record = visible(self.model.objects.all(), self.actor, pk)
        if name in record.hidden_fields:
            raise NotFound()
        refuse_fields(record.locked_fields & {name})
        return record

    def _single(self, name: str, data: Any, record: Any) -> RecordForm:
        form = self.form_class(data, instance=record, actor=self.actor)
        form.fields = {kept: form.fields[kept] for kept in (name, "version")}
        return form

    def _form(self, form: RecordForm, name: str, status: int = 200) -> HttpResponse:
        fact = self._fact(form.instance, name)
        context = {
            "id": fact.id,
            "field": form[name],
            "save_url": fact.edit_url,
            "value_url": f"{fact.edit_url}?show",
            "version": form["version"].value(),
        }
        return TemplateResponse(self.request, "components/inline_form.html", context, status=status)

    def _value(self, record: Any, name: str) -> HttpResponse:
        fact = self._fact(record, name)
        context = {"id": fact.id, "edit_url": fact.edit_url, "value": fact.text, "label": fact.label}
        return TemplateResponse(self.request, "components/inline_value.html", context)

    def _fact(self, record: Any, name: str) -> Fact:
        if definition_named(self.model, name) is not None:
            return custom_fact(self.actor, record, name, self.url_name)
        return fact_of(record, name, self.url_name)
