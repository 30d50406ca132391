"""Who may own a record: active members of its team."""

from crm.core.errors import invalid_field
from crm.core.permissions import Reach
from crm.core.records import Record

EVERY_TEAM = Reach.ALL.name.lower()


def ensure_assignable(record: Record) -> None:
    """Raises Invalid (`unknown_reference`) unless the owner is active and works in the record's team."""
    owner = record.owner
    if owner is None:
        return
    spans_teams = owner.role is not None and owner.role.grants.get(f"{record.RESOURCE}:read") == EVERY_TEAM
    if not owner.is_active or not (spans_teams or owner.memberships.filter(team_id=record.team_id).exists()):
        raise invalid_field("owner", "The owner must be an active member of the team.", "unknown_reference")
