"""Serializers that validate like DRF's and read fast: the output form is compiled once per class."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from crm.core.actor import ANONYMOUS, Denied
from crm.core.canaries import announce, reached
from crm.core.custom_fields.definitions import COLUMN, PREFIX, definitions_of, holds_custom_fields
from crm.core.errors import BadRequest, Forbidden
from crm.core.records import Record
from crm.core.sensitive import hidden_fields

Getter = Callable[[Any], Any]


class LinkField(serializers.PrimaryKeyRelatedField):
    """A record named by its id; only what the caller may read can be named."""

    default_error_messages: ClassVar[dict[str, Any]] = {"does_not_exist": "There is no such record."}

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return reached(rows, self.context["request"].actor, via="link") if rows is not None else None


class CustomFieldsField(serializers.DictField):
    """{key: value}; what is left out stays as it is, null empties. The service knows the keys and what they take."""

    def get_default(self) -> Any:
        """A new record that gives none at all still lacks what is required."""
        return {}


class RecordSerializer(serializers.ModelSerializer):
    """Meta.expandable maps a link's name to the serializer shown on `?expand=`. Unknown body fields are refused."""

    serializer_related_field = LinkField
    _compiled: ClassVar[dict[type, dict[str, Getter]]] = {}
    _collections: ClassVar[dict[type, tuple[str, ...]]] = {}

    def get_validators(self) -> list[Any]:
        """Uniqueness is the database's to judge, inside the write's transaction; it answers 409."""
        return []

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("There is no such field.", code="unknown_field") for name in unknown}
            )
        return super().to_internal_value(data)

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Without DRF's own look for a taken value, for the same reason."""
        if field_name == COLUMN and holds_custom_fields(self.Meta.model):
            return CustomFieldsField, {"required": False}
        field_class, options = super().build_standard_field(field_name, model_field)
        if "validators" in options:
            options["validators"] = [one for one in options["validators"] if not isinstance(one, UniqueValidator)]
        return field_class, options

    def get_fields(self) -> dict[str, Any]:
        """`hidden_fields` names what is left out because the caller may not read it."""
        fields = super().get_fields()
        if self.hides_fields():
            fields["hidden_fields"] = serializers.ListField(child=serializers.CharField(), read_only=True)
        return fields

    def to_representation(self, record: Any) -> dict[str, Any]:
        getters = self.getters()
        wanted = self._wanted(getters)
        shown = {name: getters[name](record) for name in wanted}
        if COLUMN in shown and holds_custom_fields(record):
            known = {one.key for one in definitions_of(type(record))}
            shown[COLUMN] = {key: value for key, value in shown[COLUMN].items() if key in known}
        if self.hides_fields():
            shown = self._without_hidden(record, shown)
        for name, serializer in self._expanded().items():
            linked = getattr(record, name)
            if linked is None:
                shown[name] = None
            elif self._may_show(linked):
                # Out of reach, it stays the id it was.
                announce(self.context["request"].actor, linked, "expand")
                shown[name] = serializer.to_representation(linked)
        return shown

    def _without_hidden(self, record: Any, shown: dict[str, Any]) -> dict[str, Any]:
        """What is hidden is absent, so that what was read can be sent back; nobody asking means nobody may."""
        request = self.context.get("request")
        hidden = hidden_fields(request.actor if request else ANONYMOUS, record)
        kept = {name: value for name, value in shown.items() if name not in hidden}
        if COLUMN in kept and holds_custom_fields(record):
            kept[COLUMN] = {key: value for key, value in kept[COLUMN].items() if PREFIX + key not in hidden}
        return kept | ({"hidden_fields": sorted(hidden)} if "hidden_fields" in shown else {})

    @classmethod
    def hides_fields(cls) -> bool:
        """Whether there may be fields with a right of their own, among those an administrator adds, too."""
        return bool(getattr(cls.Meta.model, "SENSITIVE", None)) or holds_custom_fields(cls.Meta.model)

    @classmethod
    def getters(cls) -> dict[str, Getter]:
        """Field name → how to read it, built once."""
        if cls not in cls._compiled:
            cls._compiled[cls] = {
                name: cls._getter(field) for name, field in cls().fields.items() if not field.write_only
            }
        return cls._compiled[cls]

    @classmethod
    def collections(cls) -> tuple[str, ...]:
        """Paths of the many-to-many fields it shows, for whoever expands it in a list."""
        if cls not in cls._collections:
            fields = cls().fields.values()
            many = (str(field.source) for field in fields if isinstance(field, serializers.ManyRelatedField))
            cls._collections[cls] = tuple(many)
        return cls._collections[cls]

    @staticmethod
    def _getter(field: serializers.Field) -> Getter:
        if isinstance(field, serializers.ManyRelatedField):
            source = attrgetter(f"{field.source}.all")
            return lambda record: [linked.pk for linked in source(record)()]
        if isinstance(field, serializers.RelatedField):
            return attrgetter(f"{field.source}_id")
        if isinstance(field, serializers.SerializerMethodField):
            method = getattr(type(field.parent), field.method_name)
            return lambda record: method(None, record)
        return attrgetter(str(field.source))

    def _wanted(self, getters: dict[str, Getter]) -> list[str]:
        names = self.context.get("fields")
        if not names:
            return list(getters)
        if unknown := sorted(set(names) - set(getters)):
            raise BadRequest(f"There is no field {', '.join(unknown)}.", code="unknown_field")
        return [name for name in getters if name in names]

    def _expanded(self) -> dict[str, "RecordSerializer"]:
        expandable = getattr(self.Meta, "expandable", {})
        names = self.context.get("expand") or ()
        if unknown := sorted(set(names) - set(expandable)):
            raise BadRequest(f"{', '.join(unknown)} cannot be expanded.", code="unknown_expansion")
        for name in names:
            verdict = self.context["request"].actor.may(expandable[name].Meta.model.permission_to("read"))
            if isinstance(verdict, Denied):
                raise Forbidden(f"{name} cannot be expanded: {verdict.reason}.")
        return {name: expandable[name](context={"request": self.context["request"]}) for name in names}

    def _may_show(self, linked: Any) -> bool:
        if not isinstance(linked, Record):
            return True
        return bool(self.context["request"].actor.covers(linked.permission_to("read"), linked))


class StrictSerializer(serializers.Serializer):
    """For the bodies of actions; a field nobody reads is refused."""

    serializer_related_field = LinkField

    def to_internal_value(self, data: object) -> object:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("There is no such field.", code="unknown_field") for name in unknown}
            )
        return super().to_internal_value(data)
