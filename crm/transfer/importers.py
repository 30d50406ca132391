"""What an app declares to make its records importable, and the steps that all importers share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from auditlog.models import AuditEvent
from auditlog.services import build_events, record_built, snapshot
from crm.core.actor import Actor, Denied
from crm.core.bulk import insert_many, maker_of
from crm.core.custom_fields.definitions import COLUMN, PREFIX, definitions_of
from crm.core.errors import CrmError
from crm.core.records import Record
from crm.core.searching import Searchable
from crm.core.sensitive import unwritable
from crm.transfer.columns import Column, Context, parts_of, reference
from crm.transfer.custom_columns import custom_columns
from crm.transfer.drafts import Draft
from crm.transfer.journal import state_of
from crm.transfer.ordering import Place
from crm.transfer.reading_values import TRUE, Noticed, choice_key, word_key

# (position in the row, column, the heading's own word for a label, whether the actor may not set it)
Plan = list[tuple[int, Column, str, bool]]
LABEL_WORDS = ("fax", "pager", "mobile", "cell", "car", "home", "work", "business", "other")
UNKNOWN = frozenset({"unknown_choice", "unknown_owner", "ambiguous_owner", "unknown_link"})
UNKNOWN_WORD = "“{}” is no value of {}. Choose what it becomes, or leave it empty."
SHARED = reference("is_deleted", "Deleted (leave such rows out)", ("isdeleted",))


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that come and go with a record; `link` is their key to it, `at` when they were made, if they know."""

    model: type[models.Model]
    link: str
    at: str = ""

    def of(self, ids: Sequence[Any]) -> Any:
        return self.model._base_manager.filter(**{f"{self.link}__in": ids})


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
    parts: ClassVar[tuple[Part, ...]] = ()
    # Columns that may name other rows of the same file, how deep that may go, and the columns that names are made of.
    above: ClassVar[tuple[str, ...]] = ()
    levels: ClassVar[int] = 1
    naming: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def required(self) -> tuple[models.Field, ...]:
        """Fields that a new record cannot do without and that have no default."""
        fields = (field for field in self.model._meta.concrete_fields if field.name in self.columns)
        return tuple(field for field in fields if not field.blank and not field.has_default())

    @property
    def kinds(self) -> "Sequence[Importer]":
        """Itself, or those of which one row holds a record each."""
        return (self,)

    def refusal(self, actor: Actor, mapping: Sequence[str] = ()) -> str:
        """Why the actor may not write what a file with such columns holds; "" if they may."""
        verdict = actor.may(f"{self.resource}:write")
        return verdict.reason if isinstance(verdict, Denied) else ""

    def may_assign(self, actor: Actor) -> bool:
        """Whether records may be given to somebody else."""
        return bool(actor.may(f"{self.resource}:assign"))

    # What a subclass may add
    def place(self, draft: Draft) -> Place:
        """Where a row of which only `above` and `naming` were read stands among the others."""
        raise NotImplementedError

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

    def match_keys_in(self, name: str, value: Any) -> Sequence[Any]:
        """Each of them finds the record; several only where a column holds several."""
        return [self.match_key(name, value)]

    def existing(self, name: str, keys: set[Any], rows: Any) -> list[tuple[Any, Any]]:
        """(key, record) of the team's records with one of the keys."""
        return [(self.match_key(name, getattr(record, name)), record) for record in self.matches(name, keys, rows)]

    def matches(self, name: str, keys: set[Any], rows: Any) -> Any:
        if name == "email":
            return rows.annotate(match_key=Upper("email", output_field=models.CharField())).filter(match_key__in=keys)
        # Said aloud, or the planner cannot prove that the partial index applies.
        return rows.filter(**{f"{name}__in": keys}).exclude(**{name: ""})

    # What is the same for all
    def plan(self, headers: Sequence[str], mapping: Sequence[str], context: Context) -> "Plan":
        """How each row of a table is read; once for many rows."""
        forbidden, known = unwritable(context.actor, self.model), self.all_columns()
        plan = []
        for index, (header, name) in enumerate(zip(headers, mapping, strict=True)):
            if name:
                column = known.get(name) or SHARED[name]
                plan.append((index, column, word_of(header), (column.labels or name) in forbidden))
        return plan

    def read(self, draft: Draft, plan: "Plan", context: Context) -> None:
        """Texts to values; every unreadable cell of the row is reported, not only the first."""
        cells, labels = draft.raw.cells, dict[str, str]()
        for index, column, word, is_forbidden in plan:
            text = cells[index]
            if not text or text.isspace() or column.name in draft.values:
                continue
            if is_forbidden:
                draft.note("Left out: you may not set this field.", "field_forbidden", column.name)
            elif column.labels:
                labels[column.labels] = text.strip()
            elif column.is_many:
                draft.lists.setdefault(column.name, []).append((labels.pop(column.name, word), text))
            else:
                self.read_cell(draft, column, text, context)
        if draft.references.get("is_deleted", "").casefold() in TRUE:
            draft.skip("It was deleted where it comes from.", "deleted_in_source")
        if draft.is_open:
            self.complete(draft, context)

    def all_columns(self) -> dict[str, Column]:
        """Those of the model, and those an administrator added."""
        return {**self.columns, **custom_columns(self.model)}

    def has(self, name: str) -> bool:
        return name in self.columns or name in SHARED or name in self.all_columns()

    def column(self, name: str) -> Column:
        return self.columns.get(name) or self.all_columns().get(name) or SHARED[name]

    def read_cell(self, draft: Draft, column: Column, text: str, context: Context) -> None:
        if column.name in context.words:
            self._read_words(draft, column, text, context)
        else:
            self._read_text(draft, column, text, context)

    def _read_words(self, draft: Draft, column: Column, text: str, context: Context) -> None:
        """As a person chose for these words; what nobody chose for and nothing of ours is, keeps the row out."""
        chosen, kept = context.words[column.name], []
        for part in parts_of(column, text):
            becomes = chosen.get(word_key(part), part)
            becomes = part if becomes is None and column.makes_new else becomes
            if becomes is None:
                return draft.fail(UNKNOWN_WORD.format(part[:60], column.label), "unknown_value", column.name)
            kept.append(becomes)
        if joined := "; ".join(filter(None, kept)):
            noted = len(draft.reasons)
            self._read_text(draft, column, joined, context)
            if any(reason["code"] in UNKNOWN for reason in draft.reasons[noted:]):
                del draft.reasons[noted:]
                draft.fail(UNKNOWN_WORD.format(text.strip()[:60], column.label), "unknown_value", column.name)
        return None

    def _read_text(self, draft: Draft, column: Column, text: str, context: Context) -> None:
        try:
            value = column.read(text, context)
        except Noticed as notice:
            draft.note(notice.message, notice.code, column.name)
            value = notice.value
        except ValidationError as error:
            draft.refuse(ValidationError({column.name: error}))
            return
        if value in (None, ""):
            return
        if column.name.startswith(PREFIX):
            draft.values.setdefault(COLUMN, {})[column.name.removeprefix(PREFIX)] = value
        else:
            (draft.references if column.is_reference else draft.values)[column.name] = value

    def build(self, draft: Draft, context: Context) -> None:
        """A new record from the values, checked by the model's own rules and the actor's right to it."""
        missing = [field.name for field in self.required if field.name not in draft.values]
        missing += self._fill_custom(draft)
        for name in missing:
            draft.fail("This is needed and missing.", "required", name)
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

    def _fill_custom(self, draft: Draft) -> list[str]:
        """Gives defaults; answers the names of required ones that are still empty."""
        known = definitions_of(self.model)
        given = draft.values.get(COLUMN, {})
        if defaults := {one.key: one.default for one in known if one.default is not None and one.key not in given}:
            draft.values[COLUMN] = {**defaults, **given}
        return [one.name for one in known if one.is_required and one.key not in draft.values.get(COLUMN, {})]

    @cached_property
    def _attributes(self) -> dict[str, str]:
        """Field name → the attribute that holds its value or id."""
        return {field.name: field.attname for field in self.model._meta.concrete_fields}

    def create(self, drafts: Sequence[Draft], context: Context) -> None:
        records = [draft.record for draft in drafts]
        for record in records:
            if isinstance(record, Searchable):
                record.refresh_search_text()
        events: list[AuditEvent] = []
        action = f"{self.resource}.created"
        insert_many(self.model, records, lambda: events.extend(build_events(context.actor, action, records, snapshot)))
        record_built(events, context.meanwhile)
        context.journal.note_created(records)
        self.after_create(drafts, context)
        for draft in drafts:
            draft.status = "created"

    def update(self, draft: Draft, context: Context) -> None:
        """Filled cells replace what is stored; empty ones leave it alone."""
        before, began = state_of(draft.record), timezone.now()
        try:
            changed = self.save(draft, dict(draft.values), context)
        except (CrmError, ValidationError) as error:
            return draft.refuse(error)
        draft.status = "updated" if changed else "unchanged"
        context.journal.note_updated(draft.record, before, self._made(draft.record, began))
        return None

    def _made(self, record: Record, since: datetime) -> dict[str, list[str]]:
        """Rows of the record's parts that this change added."""
        found = {}
        for part in self.parts:
            new = part.of([record.pk]).filter(**{f"{part.at}__gte": since}) if part.at else None
            if new is not None and (made := [str(pk) for pk in new.values_list("pk", flat=True)]):
                found[part.model._meta.label_lower] = made
        return found

    def save(self, draft: Draft, values: dict[str, Any], context: Context) -> bool:
        """Writes through the app's own service; answers whether anything changed."""
        values.pop("created_at", None)
        if owner := values.get("owner"):
            values["owner"] = self.model._meta.get_field("owner").related_model._default_manager.get(pk=owner)
        saved = type(self).update_service(context.actor, draft.record.pk, **values)
        changed = bool(saved.version != draft.record.version)
        draft.record = saved
        return changed


def word_of(heading: str) -> str:
    """`Home Phone 2` → home: what a heading says about which of several phones it holds."""
    words = choice_key(heading).split("_")
    return next((word for word in LABEL_WORDS if word in words), "")


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
