"""Parts what was merged. What somebody changed since is told first, and stays as it is if they want it so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.changes import save_changes
from crm.core.records import Identified, Record
from customers.merging.moving import BATCH, links_of, pointing, repoint
from customers.merging.references import move_back
from customers.merging.rows import Values, insert, model_of, plain, read
from customers.models import Merge

SHOWN = 50
# What the house keeps in step by itself is no edit of anybody.
KEPT_IN_STEP = {"last_activity_at", "account_level", "search_text", "updated_at", "version"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the merge left it, and what an undo does about it."""

    field: str
    code: str
    message: str


def differences(merge: Merge, winner: Record) -> list[Difference]:
    """What was changed since; an undo without any puts back exactly what there was."""
    found = [*_edited(merge, winner), *_moved_on(merge, winner), *_added(merge, winner), *_gone(merge)]
    return found[:SHOWN]


def _edited(merge: Merge, winner: Record) -> Iterator[Difference]:
    now, then = plain(winner), merge.kept["after"]
    for field in winner._meta.concrete_fields:
        if field.name not in KEPT_IN_STEP and field.attname in then and now[field.attname] != then[field.attname]:
            label = capfirst(str(field.verbose_name))
            yield Difference(field.name, "edited", _("%s was changed since, and stays as it is.") % label)


def _moved_on(merge: Merge, winner: Record) -> Iterator[Difference]:
    for label, pks in merge.kept["moved"].items():
        field = _link(label)
        there = set(map(str, _still(field, pks, winner.pk)))
        lost = [pk for pk in pks if str(pk) not in there]
        if lost:
            words = field.model._meta.verbose_name_plural
            message = _("%(count)s %(words)s were deleted or linked elsewhere since, and stay so.")
            yield Difference(str(field.name), "moved_on", message % {"count": len(lost), "words": words})


def _added(merge: Merge, winner: Record) -> Iterator[Difference]:
    """New rows could belong to either; they stay with the winner."""
    own = {(label, str(pk)) for label, pk in merge.kept["added"]}
    for field in links_of(type(winner)):
        moment = _moment_of(field.model)
        if moment is None:
            continue
        rows = pointing(field, winner.pk).filter(**{f"{moment}__gt": merge.created_at})
        new = [pk for pk in rows.values_list("pk", flat=True)[:BATCH] if (field.model._meta.label, str(pk)) not in own]
        if new:
            message = _("%(count)s %(words)s were added since, and stay with this record.")
            words = field.model._meta.verbose_name_plural
            yield Difference(str(field.name), "added", message % {"count": len(new), "words": words})


def _gone(merge: Merge) -> Iterator[Difference]:
    """What the parted rows point to, as far as it is no more."""
    rows = [
        (type_of(merge), merge.kept["loser"]),
        *((model_of(one["model"]), one["values"]) for one in _left_out(merge)),
    ]
    for model, values in rows:
        for field in _broken(model, values, merge):
            message = _("%s is gone since; the link is left out.") % capfirst(str(field.verbose_name))
            yield Difference(str(field.name), "target_gone", message)


def part(actor: Actor, merge: Merge, winner: Any) -> Record:
    """Answers the record that is back. The winner is locked. Raises IntegrityError where a value was taken since."""
    _put_back(merge, winner)
    loser = _bring_back(merge)
    for label, pks in merge.kept["moved"].items():
        field = _link(label)
        repoint(actor, field, _still(field, pks, winner.pk), winner.pk, loser.pk)
    move_back(actor, merge.kept["references"], winner.pk, loser.pk)
    for one in _left_out(merge):
        model = model_of(one["model"])
        if not any(True for _field in _broken(model, one["values"], merge)):
            _insert_if_free(model, read(model, one["values"]))
    for label, pk in merge.kept["added"]:
        model_of(label)._base_manager.filter(pk=pk).delete()
    return loser


def _put_back(merge: Merge, winner: Any) -> None:
    """The values before, of all that is still as the merge left it."""
    model, after, now = type(winner), merge.kept["after"], plain(winner)
    before = read(model, merge.kept["before"])
    names = {name for name in before if now[name] == after[name]}
    names -= {field.attname for field in _broken(model, merge.kept["before"], merge)}
    for name in names:
        setattr(winner, name, before[name])
    save_changes(winner, {model._meta.get_field(name).name for name in names})


def _bring_back(merge: Merge) -> Record:
    """With the next version, so that what was held of it in the meantime is not taken for current."""
    model = type_of(merge)
    values = read(model, merge.kept["loser"])
    for field in _broken(model, merge.kept["loser"], merge):
        values[field.attname] = None
    values |= {"version": values["version"] + 1, "updated_at": timezone.now()}
    return insert(model, values)  # type: ignore[return-value]


def _insert_if_free(model: type[models.Model], values: Values) -> None:
    try:
        with transaction.atomic():
            insert(model, values)
    except IntegrityError:
        return


def _broken(model: type[models.Model], values: Values, merge: Merge) -> list[Any]:
    """Links to rows that are no more; those to the pair itself will be there."""
    coming = {merge.kept["loser"]["id"], *(str(one["values"].get("id")) for one in _left_out(merge))}
    links = (field for field in model._meta.concrete_fields if field.is_relation and values.get(field.attname))
    return [field for field in links if values[field.attname] not in coming and not _exists(field, values)]


def _exists(field: Any, values: Values) -> bool:
    return bool(field.related_model._base_manager.filter(pk=values[field.attname]).exists())


def _still(field: Any, pks: list[Any], target: Any) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(pks), BATCH):
        rows = pointing(field, target).filter(pk__in=pks[start : start + BATCH])
        found += rows.order_by("pk").values_list("pk", flat=True)
    return found


def _left_out(merge: Merge) -> list[Values]:
    return list(merge.kept["left_out"])


def _link(label: str) -> Any:
    model, _dot, name = label.rpartition(".")
    return apps.get_model(model)._meta.get_field(name)


def _moment_of(model: type[models.Model]) -> str | None:
    """When a row was made: `created_at`, or the column that defaults to now."""
    if issubclass(model, Identified):
        return "created_at"
    moments = (one for one in model._meta.concrete_fields if isinstance(one, models.DateTimeField))
    return next((one.name for one in moments if one.default is timezone.now), None)


def type_of(merge: Merge) -> type[Any]:
    model: type[Any] = apps.get_model("customers", merge.kind)
    return model
