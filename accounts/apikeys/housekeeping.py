"""What time does to keys: the idle are switched off, the expiring are announced, old counts go."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.apikeys.ending import end_keys
from accounts.apikeys.mails import tell_owner
from accounts.apikeys.peppers import current_pepper_id
from accounts.models import ApiKey, ApiKeyUse
from accounts.models.api_keys import KeyEnd
from crm.core.actor import Actor

IDLE = timedelta(days=60)
REMINDER = timedelta(days=7)
COUNTS_KEPT = timedelta(days=90)


def api_keys_expire(actor: Actor, at: datetime) -> dict[str, int]:
    """To be run daily; running it again changes nothing. Answers how many of each."""
    return {
        "api_keys_idle": _end_idle(actor, at),
        "api_keys_reminded": _remind(at),
        "api_key_counts_deleted": ApiKeyUse.objects.filter(day__lt=(at - COUNTS_KEPT).date()).delete()[0],
    }


def purge_api_keys(at: datetime) -> int:
    """`api_keys_expire` as a part of `manage.py purge_expired`."""
    return sum(api_keys_expire(Actor.system("purge_expired"), at).values())


def keys_on_former_peppers() -> int:
    """Live keys that would stop working if only the newest pepper were left."""
    return int(ApiKey.objects.live(timezone.now()).exclude(pepper_id=current_pepper_id()).count())


@transaction.atomic
def _end_idle(actor: Actor, at: datetime) -> int:
    live = ApiKey.objects.live(at).filter(created_at__lte=at - IDLE)
    idle = live.annotate(seen_at=Coalesce("last_used_at", "created_at")).filter(seen_at__lte=at - IDLE)
    return end_keys(actor, idle.select_related("user").select_for_update(of=("self",)), KeyEnd.IDLE, at)


@transaction.atomic
def _remind(at: datetime) -> int:
    """Once a key, a week ahead; not for one that has its successor."""
    soon = Q(expires_at__lte=at + REMINDER, reminded_at__isnull=True, replaced_by__isnull=True)
    rows = ApiKey.objects.live(at).filter(soon).select_related("user").select_for_update(of=("self",))
    for key in (keys := list(rows)):
        ApiKey.objects.filter(pk=key.pk).update(reminded_at=at)
        tell_owner(key, "expiring")
    return len(keys)
