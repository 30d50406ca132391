"""The link by which somebody gets no more news: signed, so that nobody unsubscribes others; it works for ever."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from crm.outbox.models import normalised

SALT = "crm.outbox.unsubscribe"


def link_for(address: str) -> str:
    token = signing.Signer(salt=SALT).sign_object(normalised(address))
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', kwargs={'token': token})}"


def address_in(token: str) -> str:
    """Empty for a link that is not ours."""
    try:
        return str(signing.Signer(salt=SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        return ""


def headers_for(address: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: mail programs show a button, and post to the link."""
    return {"List-Unsubscribe": f"<{link_for(address)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
