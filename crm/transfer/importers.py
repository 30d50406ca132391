"""What an app declares to make its records importable, and the steps that all importers share."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper

from auditlog.services import record_many, snapshot
from crm.core.bulk import insert_many, maker_of
from crm.core.errors import CrmError
from crm.core.records import Record
from crm.core.searching import Searchable
from crm.core.sensitive import unwritable
from crm.transfer.columns import Column, Context, reference
from crm.transfer.drafts import Draft
from crm.transfer.reading_values import TRUE, Noticed

SHARED = reference("is_deleted", "Deleted (leave such rows out)", ("isdeleted",))


class Importer:
    """A subclass per resource; `match_keys` are tried in order to find the record a row is about.

    Records with different ids in their source may share a value of `weak_keys` (two branches with one name).
    """

    resource: ClassVar[str]
    model: ClassVar[type[Record]]
    title: ClassVar[str]
    list_url: ClassVar[str]
    columns: ClassVar[Mapping[str, Column]]
    update_service: ClassVar[Callable[..., Any]]
    match_keys: ClassVar[tuple[str, ...]] = ("external_id",)
    weak_keys: ClassVar[frozenset[str]] = frozenset()

    @cached_property
    def required(self) -> tuple[models.Field, ...]:
        """Fields that a new record cannot do without and that have no default."""
        fields = (field for field in self.model._meta.concrete_fields if field.name in self.columns)
        return tuple(field for field in fields if not field.blank and not field.has_default())

    # What a subclass may add
    def complete(self, draft: Draft, context: Context) -> None:
        """Derives values from other values and references of the same row."""

    def prepare(self, drafts: Sequence[Draft], context: Context) -> None:
        """Finds what the rows refer to, before records are built; one query for all of them."""

    def link(self, drafts: Sequence[Draft], context: Context) -> None:
        """Connects built records with others, creating what is missing; one query for all of them."""

    def after_create(self, drafts: Sequence[Draft], context: Context) -> None:
        """Writes rows of other tables that belong to the new records."""

    def match_key(self, name: str, value: Any) -> Any:
        """The form in which two values are the same."""
        return value.upper() if name == "email" else value

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        """(key, record) of the team's records with one of the keys."""
        if name == "email":
            found = rows.annotate(match_key=Upper("email", output_field=models.CharField())).filter(match_key__in=keys)
        else:
            # Said aloud, or the planner cannot prove that the partial index applies.
            found = rows.filter(**{f"{name}__in": keys}).exclude(**{name: ""})
        return [(self.match_key(name, getattr(record, name)), record) for record in found]

    # What is the same for all
    def read(self, draft: Draft, mapping: Sequence[str], context: Context) -> None:
        """Texts to values; every unreadable cell of the row is reported, not only the first."""
        for name, text in zip(mapping, draft.raw.cells, strict=True):
            if name and text and not text.isspace() and name not in draft.values:
                self.read_cell(draft, self.column(name), text, context)
        if draft.references.get("is_deleted", "").casefold() in TRUE:
            draft.skip("It was deleted where it comes from.", "deleted_in_source")
        if draft.is_open:
            self.complete(draft, context)

    def has(self, name: str) -> bool:
        return name in self.columns or name in SHARED

    def column(self, name: str) -> Column:
        return self.columns.get(name) or SHARED[name]

    def read_cell(self, draft: Draft, column: Column, text: str, context: Context) -> None:
        if column.name in unwritable(context.actor, self.model):
            draft.note("Left out: you may not set this field.", "field_forbidden", column.name)
            return
        try:
            value = column.read(text, context)
        except Noticed as notice:
            draft.note(notice.message, notice.code, column.name)
            value = notice.value
        except ValidationError as error:
            draft.refuse(ValidationError({column.name: error}))
            return
        if value not in (None, ""):
            (draft.references if column.is_reference else draft.values)[column.name] = value

    def build(self, draft: Draft, context: Context) -> None:
        """A new record from the values, checked by the model's own rules and the actor's right to it."""
        missing = [field for field in self.required if field.name not in draft.values]
        for field in missing:
            draft.fail("This is needed and missing.", "required", field.name)
        if missing:
            return
        values = {"team_id": context.team.pk, "owner_id": context.actor.id}
        linked = {}
        for name, value in draft.values.items():
            if isinstance(value, models.Model):
                linked[name] = value
            else:
                values[self._attributes[name]] = value
        record: Record = maker_of(self.model)(values)
        for name, value in linked.items():
            setattr(record, name, value)
        try:
            record.clean()
        except ValidationError as error:
            return draft.refuse(error)
        verdict = context.actor.covers(f"{self.resource}:write", record)
        if not verdict:
            return draft.fail(f"Not allowed: {verdict.reason}.", "forbidden")  # type: ignore[union-attr]
        draft.record = record

    @cached_property
    def _attributes(self) -> dict[str, str]:
        """Field name → the attribute that holds its value or id."""
        return {field.name: field.attname for field in self.model._meta.concrete_fields}

    def create(self, drafts: Sequence[Draft], context: Context) -> None:
        records = [draft.record for draft in drafts]
        for record in records:
            if isinstance(record, Searchable):
                record.refresh_search_text()
        insert_many(self.model, records)
        record_many(context.actor, f"{self.resource}.created", records, snapshot)
        self.after_create(drafts, context)
        for draft in drafts:
            draft.status = "created"

    def update(self, draft: Draft, context: Context) -> None:
        """Filled cells replace what is stored; empty ones leave it alone."""
        try:
            changed = self.save(draft, dict(draft.values), context)
        except (CrmError, ValidationError) as error:
            return draft.refuse(error)
        draft.status = "updated" if changed else "unchanged"
        return None

    def save(self, draft: Draft, values: dict[str, Any], context: Context) -> bool:
        """Writes through the app's own service; answers whether anything changed."""
        values.pop("created_at", None)
        if owner := values.get("owner"):
            values["owner"] = self.model._meta.get_field("owner").related_model._default_manager.get(pk=owner)
        saved = type(self).update_service(context.actor, draft.record.pk, **values)
        changed = bool(saved.version != draft.record.version)
        draft.record = saved
        return changed


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Called by crm.wiring only."""
    _importers[importer.resource] = importer


def importers() -> dict[str, Importer]:
    """Whatever door comes first (page, command, job) loads the roof, where they are registered."""
    if not _importers:
        import_module(settings.ROOT_URLCONF)
    return dict(_importers)


def importer_for(resource: str) -> Importer:
    return importers()[resource]
