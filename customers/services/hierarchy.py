"""Moves within the tree of a team: no circle, ten levels at most, also when two people move at once."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import F, Max

from crm.core.errors import Conflict, invalid_field
from customers.models import Customer
from customers.tree import LEVELS, tree_of


def lock_tree(team_id: UUID | None) -> None:
    """One move at a time in a team, because two that are each fine can make a circle together.

    To be taken before any customer is locked. What merely points to the team is not kept waiting.
    """
    teams: Any = apps.get_model(settings.TEAM_MODEL)._default_manager
    list(teams.select_for_update(no_key=True, of=("self",)).filter(pk=team_id).values_list("pk"))


def lock_tree_of(pk: Any) -> None:
    """Of a customer that is about to be moved; nothing for one that is not there."""
    lock_tree(Customer._base_manager.filter(pk=pk).values_list("team_id", flat=True).first())


def level_below(parent: Customer | None) -> int:
    """Raises Invalid (`too_deep`)."""
    if parent is None:
        return 0
    above = Customer._base_manager.filter(pk=parent.pk).values_list("account_level", flat=True).first()
    level = 0 if above is None else above + 1
    _refuse_depth(level)
    return level


def move_below(customer: Customer) -> None:
    """After `parent` was set and saved: raises Invalid (`cycle`, `too_deep`), else levels the whole moved subtree."""
    if customer.parent_id and _is_above(customer.pk, customer.parent_id):
        raise invalid_field("parent", "That would make the customer its own ancestor.", "cycle")
    level = level_below(customer.parent)
    subtree = Customer._base_manager.filter(pk__in=tree_of(customer.pk))
    deepest = subtree.aggregate(deepest=Max("account_level"))["deepest"]
    step = level - customer.account_level
    _refuse_depth(deepest + step)
    if step:
        subtree.update(account_level=F("account_level") + step)
        customer.account_level = level


def level_anew(customer: Customer) -> None:
    """After a merge put parts of the tree together that stood at different levels. Raises Conflict (`too_deep`)."""
    above = Customer._base_manager.filter(children=customer.pk).values_list("account_level", flat=True).first()
    pks, level = [customer.pk], 0 if above is None else above + 1
    while pks:
        if level >= LEVELS:
            raise Conflict(f"A group has {LEVELS} levels at most.", code="too_deep")
        Customer._base_manager.filter(pk__in=pks).update(account_level=level)
        pks, level = list(Customer._base_manager.filter(parent__in=pks).values_list("pk", flat=True)), level + 1


def refuse_with_children(customer: Customer) -> None:
    """Raises Conflict (`has_children`): what is below an archived customer would be found by nobody."""
    if customer.children.filter(archived_at__isnull=True).exists():
        message = "Other customers are below this one. Move or archive those first. Nothing was changed."
        raise Conflict(message, code="has_children")


def _is_above(pk: UUID, start: UUID) -> bool:
    """From the new parent upwards; the line is no longer than the tree is deep."""
    line = [start]
    while pk not in line and len(line) <= LEVELS:
        above = Customer._base_manager.filter(pk=line[-1]).values_list("parent_id", flat=True).first()
        if above is None:
            return False
        line.append(above)
    return True


def _refuse_depth(level: int) -> None:
    if level >= LEVELS:
        raise invalid_field("parent", f"A group has {LEVELS} levels at most.", "too_deep")
