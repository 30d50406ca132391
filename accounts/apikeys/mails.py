"""What the person behind a key is told by e-mail; a mail never holds a key."""

from django.conf import settings
from django.urls import reverse

from accounts.mail_kinds import API_KEY_CREATED, API_KEY_EXPIRING, API_KEY_REVOKED, API_KEY_ROTATED
from accounts.models import ApiKey
from accounts.models.api_keys import KeyEnd
from crm.core.formats import moment
from crm.core.ids import uuid7
from crm.outbox.mail import send

NEWS = {
    "created": API_KEY_CREATED,
    "rotated": API_KEY_ROTATED,
    "revoked": API_KEY_REVOKED,
    "expiring": API_KEY_EXPIRING,
}


def tell_owner(key: ApiKey, news: str) -> None:
    """`news` is one of NEWS."""
    is_leaked = key.revoked_reason == KeyEnd.LEAKED
    send(
        NEWS[news],
        key.user.email,
        key_of_delivery=f"api-key-{news}:{uuid7()}",
        name=key.user,
        key=key.name,
        hint=key.hint,
        link=f"{settings.PUBLIC_URL}{reverse('accounts:api_keys_detail', kwargs={'pk': key.pk})}",
        reason=key.get_revoked_reason_display() if key.revoked_reason else "",
        leaked="yes" if is_leaked else "",
        until=moment(key.expires_at, "zone"),
    )
