"""Who hears that a webhook was switched off: everybody who may manage it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Role, User
from accounts.models.teams import is_reach
from crm.core.permissions import Reach
from crm.outbox.mail import send
from crm.outbox.mail_kinds import MailKind, Variable
from crm.webhooks.models import Webhook

# No address in it: an endpoint's URL can hold a token.
WEBHOOK_STOPPED = MailKind(
    name="webhook_stopped",
    label=_("Webhook switched off"),
    about=_("To everybody who may manage a webhook that was switched off because its endpoint does not take it."),
    subject=_("{{ name }}: the webhook was switched off"),
    text=_("""The webhook {{ name }} of team {{ team }} was switched off. It sends nothing until somebody switches it
on again.

{{ reason }}

Look at its deliveries, mend the endpoint, switch it on and replay what was missed:

{{ link }}"""),
    html=_("""<h2>{{ name }}</h2>
<p>This webhook of team {{ team }} was switched off. It sends nothing until somebody switches it on.</p>
<p class="box">{{ reason }}</p>
<p><a class="button" href="{{ link }}">Look at its deliveries</a></p>"""),
    variables={
        "name": Variable(_("What the webhook is called."), "Warehouse"),
        "team": Variable(_("Whose it is."), "North"),
        "reason": Variable(_("Why it was switched off."), "Its endpoint answered 410: it wants no more deliveries."),
        "link": Variable(_("The page of the webhook."), "https://crm.example.com/settings/webhooks/", is_link=True),
    },
)


def tell_stopped(webhook: Webhook) -> None:
    link = f"{settings.PUBLIC_URL}{reverse('webhooks:detail', args=[webhook.pk])}"
    values: dict[str, Any] = {
        "name": webhook.name,
        "team": str(webhook.team),
        "reason": webhook.stopped_because,
        "link": link,
    }
    for person in managers_of(webhook):
        key = f"webhook_stopped:{webhook.pk}:{webhook.version}:{person.pk}"
        send(WEBHOOK_STOPPED, person.email, key_of_delivery=key, **values)


def managers_of(webhook: Webhook) -> Iterator[User]:
    """Active people whose role lets them manage this one: the same reach as in their list."""
    reaches = {role.pk: _reach(role) for role in Role.objects.all()}
    members = set(Membership.objects.filter(team=webhook.team_id).values_list("user_id", flat=True))
    able = [pk for pk, reach in reaches.items() if reach > Reach.NONE]
    for person in User.objects.filter(role__in=able, is_active=True, is_service=False).order_by("email"):
        reach = reaches[person.role_id]
        is_own = reach is not Reach.OWN or person.pk == webhook.owner_id
        if reach is Reach.ALL or (person.pk in members and is_own):
            yield person


def _reach(role: Role) -> Reach:
    word = role.grants.get("webhooks:manage")
    return Reach[word.upper()] if is_reach(word) else Reach.NONE
