"""What the security centre asks of people: who can act on an alert, and what can be done about a person or a key."""

from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.administration import user_deactivate
from accounts.apikeys.services import api_key_revoke
from accounts.middleware import zone_of
from accounts.models import Membership, Role, User
from accounts.models.teams import is_reach
from accounts.reauthentication import ensure_fresh_sign_in, fresh_sign_in_required
from accounts.sessions.services import credentials_of_person_end, sessions_of_person_end
from auditlog.alerts.actions import Act, Freshness
from auditlog.alerts.people import Directory, Guard
from auditlog.models import Alert
from crm.core.actor import Actor
from crm.core.permissions import Reach


def home_team_of(person_id: UUID) -> UUID | None:
    return Membership.objects.filter(user=person_id).order_by("pk").values_list("team_id", flat=True).first()


def zone_of_person(person_id: UUID) -> ZoneInfo:
    return zone_of(User.objects.filter(pk=person_id).values_list("time_zone", flat=True).first() or "")


def guards_of(alert: Alert) -> Iterator[Guard]:
    """Whose role may write what this alert is: the same reach as in their list of alerts."""
    roles = {role.pk: _reach(role) for role in Role.objects.all()}
    able = [pk for pk, reach in roles.items() if reach > Reach.NONE]
    people = User.objects.filter(role__in=able, is_active=True, is_service=False).order_by("email")
    members = set(Membership.objects.filter(team=alert.home_team_id).values_list("user_id", flat=True))
    for person in people.values_list("pk", "email", "role"):
        if _covers(roles[person[2]], person[0], alert, members):
            yield Guard(person[0], person[1])


def _reach(role: Role) -> Reach:
    word = role.grants.get("security:write")
    return Reach[word.upper()] if is_reach(word) else Reach.NONE


def _covers(reach: Reach, person_id: UUID, alert: Alert, members: set[UUID]) -> bool:
    if reach is Reach.TEAM:
        return person_id in members
    return reach is Reach.ALL or person_id == alert.person_id


def _is_about_person(alert: Alert) -> bool:
    return alert.person_id is not None


def _end_sessions(actor: Actor, alert: Alert) -> str:
    count = sessions_of_person_end(actor, str(alert.person_id))
    return f"{count} session{'' if count == 1 else 's'} of {alert.person_label} ended."


def _revoke_credentials(actor: Actor, alert: Alert) -> str:
    grants, keys = credentials_of_person_end(actor, str(alert.person_id))
    return f"{grants} granted applications and {keys} API keys of {alert.person_label} were revoked."


def _lock_person(actor: Actor, alert: Alert) -> str:
    person = user_deactivate(actor, str(alert.person_id))
    return f"{person} is deactivated. Every session, token and key has ended."


def _revoke_key(actor: Actor, alert: Alert) -> str:
    key = api_key_revoke(actor, str(alert.key_id))
    return f"The key “{key}” of {key.user} was revoked."


ACTS = (
    Act(
        "end_sessions",
        _("End all sessions of the person"),
        _("They are signed out everywhere with their next click, and can sign in again."),
        "logout",
        "users:manage",
        _is_about_person,
        _end_sessions,
    ),
    Act(
        "revoke_credentials",
        _("Revoke their tokens and keys"),
        _("Every application they granted access to and every API key of theirs stops working, for good."),
        "plug",
        "users:manage",
        _is_about_person,
        _revoke_credentials,
    ),
    Act(
        "lock_person",
        _("Lock the person out"),
        _("They are deactivated: no session, token or key of theirs works until somebody reactivates them."),
        "user-x",
        "users:write",
        _is_about_person,
        _lock_person,
    ),
    Act(
        "revoke_key",
        _("Revoke the key"),
        _("This one API key stops working, for good."),
        "key",
        "apikeys:manage",
        lambda alert: alert.key_id is not None,
        _revoke_key,
    ),
)
DIRECTORY = Directory(home_team_of, zone_of_person, guards_of)
FRESHNESS = Freshness(ensure_fresh_sign_in, fresh_sign_in_required)
