"""Every mutation of this app: <entity>_<action>(actor, …)."""

from deals.services.activities import (
    activity_archive,
    activity_complete,
    activity_create,
    activity_delete,
    activity_reopen,
    activity_restore,
    activity_update,
)
from deals.services.bulk import deals_move, deals_move_undo
from deals.services.conversion import Conversion, lead_convert
from deals.services.deals import deal_archive, deal_create, deal_delete, deal_move, deal_restore, deal_update
from deals.services.people import deal_contact_put, deal_contact_remove, deal_contacts_set
from deals.services.pipelines import (
    pipeline_create,
    pipeline_delete,
    pipeline_update,
    pipelines_reorder,
    stage_create,
    stage_delete,
    stage_update,
    stages_reorder,
)

__all__ = [
    "Conversion",
    "activity_archive",
    "activity_complete",
    "activity_create",
    "activity_delete",
    "activity_reopen",
    "activity_restore",
    "activity_update",
    "deal_archive",
    "deal_contact_put",
    "deal_contact_remove",
    "deal_contacts_set",
    "deal_create",
    "deal_delete",
    "deal_move",
    "deal_restore",
    "deal_update",
    "deals_move",
    "deals_move_undo",
    "lead_convert",
    "pipeline_create",
    "pipeline_delete",
    "pipeline_update",
    "pipelines_reorder",
    "stage_create",
    "stage_delete",
    "stage_update",
    "stages_reorder",
]
