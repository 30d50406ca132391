"""Acts on many records in the background."""

from crm.bulk.models import BulkRun, BulkState
from crm.bulk.running import bulk_step
from crm.bulk.undoing import undo_step
from crm.transfer.rights import actor_behind
from crm.transfer.turns import Driver


def turn(run: BulkRun, seconds: float) -> BulkRun:
    """With the rights of who ordered it, as they are now."""
    actor = actor_behind(run.owner, run.rights, door="job")
    return (undo_step if run.state == BulkState.UNDOING else bulk_step)(actor, run, seconds)


BULK = Driver("bulk", "bulk_changes", BulkRun, BulkState.moving(), turn)
