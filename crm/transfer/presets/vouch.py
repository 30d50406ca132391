"""Our own exports, for another installation or an empty team: ids of the one it comes from mean nothing there."""

from crm.transfer.presets.shape import preset

SIGNATURE = ("id", "team_id")
OWNER = {"owner_email": "owner"}
LINKS = ("id", "team_id", "team", "owner_id", "customer_id", "updated_at", "last_activity_at", "archived_at")

PRESETS = tuple(
    preset("vouch", resource, (*SIGNATURE, *own), OWNER, (*LINKS, *left_out))
    for resource, own, left_out in (
        ("customers", ("legal_name",), ("parent_id", "account_level")),
        ("contacts", ("last_name", "customer_id"), ("reports_to_id", "reports_to")),
        ("leads", ("last_name", "company_name"), ("converted_at",)),
        ("deals", ("pipeline_id", "stage_id"), ("pipeline_id", "stage_id", "contact_ids", "stage_changed_at")),
    )
)
