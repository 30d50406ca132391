"""Who writes what comes in: the source itself, in its team, with as much as a lead takes."""

from types import MappingProxyType

from crm.capture.models import LeadSource
from crm.core.actor import Actor, Origin
from crm.core.permissions import Reach

# contacts:read is for the look at what may be the same.
GRANTS = MappingProxyType(
    dict.fromkeys(("leads:read", "leads:write", "leads:assign", "contacts:read"), Reach.TEAM),
)


def actor_of(source: LeadSource, origin: Origin) -> Actor:
    """Whoever is signed in where the form is filled in does not matter: nothing of a session is used."""
    return Actor(
        label=f"{source._meta.verbose_name} {source.name}",
        kind="system",
        door="api" if source.is_webhook else "page",
        grants=GRANTS,
        team_ids=(source.team_id,),
        team_names=(str(source.team),),
        origin=origin,
    )
