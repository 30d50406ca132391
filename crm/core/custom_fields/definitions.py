"""What a field means that an administrator added: read once per request, whoever asks.

Everywhere such a field goes by one name, `custom_fields.<key>`: in forms, filters, columns, rights and the trail.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

COLUMN = "custom_fields"
PREFIX = f"{COLUMN}."


class FieldType(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    MULTI_CHOICE = "multi_choice", _("Several choices")
    BOOLEAN = "boolean", _("Yes or no")
    LINK = "link", _("Link")
    USER = "user", _("Colleague")
    RECORD = "record", _("Record")


# What can be put in order, and what a range can be asked of.
ORDERED = frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.LINK})
RANGED = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DATE})
SEARCHED = frozenset({FieldType.TEXT, FieldType.LINK})


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is stored; a retired one stays with the records that have it. `tone` is one of the ten label colours."""

    key: str
    label: str
    tone: int = 8
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """`holder` is the model's name (`customer`), `target` that of a referred record, `category` the right it takes."""

    id: UUID
    holder: str
    key: str
    label: str
    type: str
    help_text: str = ""
    is_required: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    currency: str = ""
    target: str = ""
    category: str = ""
    in_lists: bool = False
    is_archived: bool = False

    @property
    def name(self) -> str:
        return PREFIX + self.key

    @property
    def path(self) -> str:
        """The same for the ORM."""
        return f"{COLUMN}__{self.key}"

    @property
    def is_ordered(self) -> bool:
        """An order would tell what somebody may not read."""
        return self.type in ORDERED and not self.category

    @property
    def is_searched(self) -> bool:
        """The search text is one for all readers, so nothing sensitive enters it."""
        return self.type in SEARCHED and not self.category

    def choice(self, key: Any) -> Choice | None:
        return next((one for one in self.choices if one.key == key), None)


class HoldsCustomFields(models.Model):
    """`custom_fields` is {key: value}; an empty value is absent. Values of archived fields stay in it."""

    custom_fields = models.JSONField(_("custom fields"), default=dict, editable=False)

    HOLDS_CUSTOM_FIELDS: ClassVar[bool] = True

    class Meta:
        abstract = True


Loader = Callable[[], list[Definition]]
_loaders: list[Loader] = []
_memo: ContextVar[dict[str, list[Definition]] | None] = ContextVar("custom_fields", default=None)


def load_definitions_with(loader: Loader) -> None:
    """Registers who knows them all, in their order; called by crm.wiring only."""
    _loaders[:] = [loader]


def holds_custom_fields(model: Any) -> bool:
    return bool(getattr(model, "HOLDS_CUSTOM_FIELDS", False))


def every_definition_of(model: type[Any]) -> list[Definition]:
    """Archived ones included. One query in a request, whatever it asks; none for a model without such fields."""
    if not holds_custom_fields(model):
        return []
    memo = _memo.get()
    if memo is None:
        memo = {}
    if "all" not in memo:
        memo["all"] = [one for load in _loaders for one in load()]
    return [one for one in memo["all"] if one.holder == model._meta.model_name]


def definitions_of(model: type[Any]) -> list[Definition]:
    return [one for one in every_definition_of(model) if not one.is_archived]


def definition_named(model: type[Any], name: str) -> Definition | None:
    """By `custom_fields.<key>`; None for the name of another field, or of one that was archived."""
    if not name.startswith(PREFIX):
        return None
    return next((one for one in definitions_of(model) if one.name == name), None)


def definition_kept(model: type[Any], name: str) -> Definition | None:
    """By its name, also one that was archived: the trail tells of it."""
    if not name.startswith(PREFIX):
        return None
    return next((one for one in every_definition_of(model) if one.name == name), None)


def value_at(record: Any, name: str) -> Any:
    """The value of a field of any sort by its name."""
    return record.custom_fields.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else getattr(record, name)


def forget_definitions() -> None:
    """For who has just changed one."""
    if (memo := _memo.get()) is not None:
        memo.clear()


@contextmanager
def remembered(memo: dict[str, list[Definition]] | None = None) -> Iterator[None]:
    """Within, definitions are read once: for a request or a chunk of a job; a `memo` is kept by whoever gives it."""
    token = _memo.set({} if memo is None else memo)
    try:
        yield
    finally:
        _memo.reset(token)


class CustomFieldsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembered():
            return self.get_response(request)
