"""How an endpoint stands: it rests while it cannot be reached, and is switched off when that does not end.

In the database's own time: by that of a worker whose clock is an hour ahead, it would rest for an hour too long.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils.translation import gettext as _

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import save_changes
from crm.outbox.claims import delay
from crm.outbox.hints import hint_on_commit
from crm.outbox.models import Delivery, Priority, State
from crm.webhooks.announcing import WEBHOOK, topic_of
from crm.webhooks.models import Webhook
from crm.webhooks.telling import tell_stopped
from crm.webhooks.verdicts import Verdict

GIVEN_UP_AFTER = timedelta(days=5)

HOUSE = Actor.system("webhooks")


def note_success(webhook: Webhook) -> None:
    """Costs nothing while all is well."""
    if webhook.failures or webhook.failing_since or webhook.resting_until:
        Webhook.objects.filter(pk=webhook.pk).update(failures=0, failing_since=None, resting_until=None)
    if webhook.resting_until:
        wake(webhook)


def wake(webhook: Webhook) -> None:
    """What waited for an endpoint that is back, or elsewhere now, is due at once."""
    waiting = Delivery.objects.filter(kind=WEBHOOK, topic=topic_of(webhook.pk), state=State.PENDING)
    if waiting.filter(next_attempt_at__gt=Now()).update(next_attempt_at=Now()):
        hint_on_commit(WEBHOOK)


def note_failure(webhook: Webhook, verdict: Verdict) -> timedelta | None:
    """Counts it; answers for how long the endpoint rests, or switches it off where that is over."""
    this = Webhook.objects.filter(pk=webhook.pk)
    this.update(failures=F("failures") + 1, failing_since=Coalesce(F("failing_since"), Now()))
    if verdict.is_gone:
        webhook_stop(HOUSE, webhook, _("Its endpoint answered 410: it wants no more deliveries."))
    elif this.filter(failing_since__lte=Now() - GIVEN_UP_AFTER).exists():
        said = _("No delivery has succeeded for %(days)d days. The last answer: %(error)s")
        webhook_stop(HOUSE, webhook, said % {"days": GIVEN_UP_AFTER.days, "error": verdict.error})
    elif wait := verdict.rests or (delay(webhook.failures + 1) if verdict.is_away else None):
        rest(webhook, wait)
        return wait
    return None


def rest(webhook: Webhook, wait: timedelta) -> None:
    """Everything that waits for the endpoint waits as long, so that nothing else stands in line behind it."""
    until = Now() + wait
    longest = Greatest(Coalesce(F("resting_until"), until), until)
    Webhook.objects.filter(pk=webhook.pk).update(resting_until=longest)
    waiting = Delivery.objects.filter(kind=WEBHOOK, topic=topic_of(webhook.pk), state=State.PENDING)
    waiting.exclude(priority=Priority.HIGH).filter(next_attempt_at__lt=until).update(next_attempt_at=until)


@transaction.atomic
def webhook_stop(actor: Actor, webhook: Webhook, reason: str) -> bool:
    """Switches it off and tells those who manage it, once; what waits for it is not sent. False where it was off."""
    locked = Webhook.objects.select_for_update(of=("self",)).filter(pk=webhook.pk, is_active=True).first()
    if locked is None:
        return False
    locked.is_active, locked.stopped_because = False, reason
    save_changes(locked, {"is_active", "stopped_because"})
    record(actor, "webhooks.stopped", locked, {"is_active": (True, False), "stopped_because": ("", reason)})
    tell_stopped(locked)
    return True
