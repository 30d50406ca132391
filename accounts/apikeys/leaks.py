"""Whoever finds a key can end it by handing it in; the answer tells nobody whether it was one."""

from django.db import transaction
from django.utils import timezone

from accounts.apikeys.ending import end_keys
from accounts.apikeys.key_format import is_well_formed
from accounts.apikeys.peppers import digests
from accounts.models import ApiKey
from accounts.models.api_keys import KeyEnd
from crm.core.actor import Actor


@transaction.atomic
def api_key_leaked(actor: Actor, text: str) -> None:
    """Revokes the key, tells its person and the security officer; does nothing for what is no key or has ended so."""
    if not is_well_formed(text):
        return
    rows = ApiKey.objects.filter(digest__in=digests(text).values(), revoked_at__isnull=True)
    found = rows.select_related("user").select_for_update(of=("self",))
    end_keys(actor, found, KeyEnd.LEAKED, timezone.now())
