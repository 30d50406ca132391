"""What can be done with many deals or activities at once."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.bulk.acts import Act, Kind, archiving, updating
from crm.bulk.models import ItemState
from crm.transfer.restoring import Undoing, restore
from deals import services
from deals.forms import ActivityForm, DealForm
from deals.models import Stage, StageChange
from deals.views.activities import ActivityList
from deals.views.deals import DealList


def move_back(undoing: Undoing, items: Sequence[Any]) -> None:
    """With the step itself, except where the deal has moved on since: then that step is part of its history."""
    steps = {item.record_id: list(item.made.values()) for item in items}
    for item in items:
        item.made = {}
    restore(undoing, items)
    undone = [item.record_id for item in items if item.state == ItemState.UNDONE]
    StageChange.objects.filter(pk__in=[pk for one in undone for pks in steps[one] for pk in pks]).delete()


MOVE = Act(
    "move",
    _("Move to"),
    "write",
    lambda actor, pk, values: services.deal_move(actor, pk, values["stage"]),
    links={"stage": Stage},
    makes=(StageChange, "deal"),
    undo=move_back,
)

DEALS = Kind(
    DealList,
    DealForm,
    (
        updating(services.deal_update),
        MOVE,
        *archiving(services.deal_archive, services.deal_restore, services.deal_delete),
    ),
    frozenset({"team", "external_id", "name", "stage"}),
)

ACTIVITIES = Kind(
    ActivityList,
    ActivityForm,
    (
        updating(services.activity_update),
        Act("complete", _("Mark as done"), "write", lambda actor, pk, _values: services.activity_complete(actor, pk)),
        Act("reopen", _("Reopen"), "write", lambda actor, pk, _values: services.activity_reopen(actor, pk)),
        *archiving(services.activity_archive, services.activity_restore, services.activity_delete),
    ),
    # When one meeting begins and ends is its own; a due date many can share.
    frozenset({"team", "subject", "starts_at", "ends_at"}),
)

KINDS = (DEALS, ACTIVITIES)
