"""Forms show and check what a page sends; saving is the services' business."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.custom_fields.definitions import COLUMN, PREFIX, Definition, definitions_of
from crm.core.custom_fields.form_fields import form_field, initial_of
from crm.core.ids import uuid7
from crm.core.permissions import Reach
from crm.core.pickers import RecordPicker
from crm.core.records import Record
from crm.core.sensitive import locked_fields, unwritable


class RecordForm(forms.ModelForm):
    """Choices are limited to what the actor may see. `version` guards against a stale edit.

    `submission` is the id a new record will get, so that a double submit creates one record.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    GROUPS: ClassVar[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = ()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.duplicates: list[Any] = []
        self.was_erased = False
        is_new = self.instance._state.adding
        model = self._meta.model
        self.custom = definitions_of(model)
        for one in self.custom:
            self._add_custom(one, is_new)
        for name in unwritable(actor, model) if is_new else locked_fields(actor, self.instance):
            self.fields.pop(name, None)
        self.initial.setdefault("version", None if is_new else self.instance.version)
        self.initial.setdefault("submission", uuid7() if is_new else None)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = self._choosable(field)
                field.empty_label = self._named_empty(field)
            elif isinstance(field, forms.TypedChoiceField):
                field.choices = _naming_the_empty(field.choices, _("Choose…") if field.required else _("Not set"))
        if "team" in self.fields and len(actor.team_ids) == 1 and actor.reach("teams:read") < Reach.ALL:
            # Nothing to choose between.
            self.fields["team"].widget = forms.HiddenInput()

    def _add_custom(self, definition: Definition, is_new: bool) -> None:
        stored = self.instance.custom_fields.get(definition.key)
        value = definition.default if is_new else stored
        self.fields[definition.name] = form_field(definition, stored)
        self.initial.setdefault(definition.name, initial_of(definition, value))

    def _named_empty(self, field: forms.ModelChoiceField) -> Any:
        """Of several, none is simply none."""
        if isinstance(field, forms.ModelMultipleChoiceField):
            return None
        return _("Nobody") if field.queryset.model._meta.label == settings.AUTH_USER_MODEL else _("Not set")  # type: ignore[union-attr]

    def _choosable(self, field: forms.ModelChoiceField) -> Any:
        """What the actor sees, without what is archived."""
        rows: Any = field.queryset
        # What is typed or sent by its id is named one by one; a plain select would hand all of them out.
        is_named = isinstance(field.widget, RecordPicker)
        rows = reached(rows, self.actor, via="link") if is_named else rows.for_actor(self.actor)
        return rows.filter(archived_at__isnull=True) if issubclass(rows.model, Record) else rows

    def _post_clean(self) -> None:
        """The services validate; a form that constructs the instance would change it before its right was checked."""
        for name, value in list(self.cleaned_data.items()):
            self._clean_by_model(name, value)

    def _clean_by_model(self, name: str, value: Any) -> None:
        if name not in {field.name for field in self._meta.model._meta.concrete_fields} or isinstance(
            value, models.Model
        ):
            return
        try:
            self.cleaned_data[name] = self._meta.model._meta.get_field(name).to_python(value)
        except ValidationError as error:
            self.add_error(name, error)

    def values(self) -> dict[str, Any]:
        """What the service should write: all fields for a new record, only the changed ones for an old."""
        names = [name for name in self.cleaned_data if name not in ("version", "submission")]
        if not self.instance._state.adding:
            names = [name for name in names if name in self.changed_data]
        values = {name: self.cleaned_data[name] for name in names if not name.startswith(PREFIX)}
        given = {name.removeprefix(PREFIX): self.cleaned_data[name] for name in names if name.startswith(PREFIX)}
        if given or (self.custom and self.instance._state.adding):
            values[COLUMN] = given
        return values

    @property
    def submission_id(self) -> UUID | None:
        return self.cleaned_data.get("submission")

    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """Fields under their headings, in the order of GROUPS; those that an administrator added come last."""
        added = tuple(one.name for one in self.custom)
        return [
            (title, [self[name] for name in names if name in self.fields and not self[name].is_hidden])
            for title, names in (*self.GROUPS, *(((_("More fields"), added),) if added else ()))
        ]


def _naming_the_empty(choices: Any, name: str | Promise) -> list[tuple[Any, Any]]:
    return [(value, label if value else name) for value, label in choices]
