"""When tokens may be forgotten: long after they could be recognised as stolen, or be of use in a chart of 30 days."""

from datetime import datetime, timedelta

from accounts.models import AccessToken, Application, Grant, TokenFamily
from crm.ops.purging import delete_in_batches

FAMILY_MEMORY = timedelta(days=30)
TOKEN_MEMORY = timedelta(days=1)


def purge_families(at: datetime) -> int:
    """With their codes and tokens, used ones included, which until now told a replay from a guess."""
    return delete_in_batches(TokenFamily.objects.filter(expires_at__lt=at - FAMILY_MEMORY))


def purge_codes(at: datetime) -> int:
    """Codes nobody redeemed; a redeemed one goes with its family."""
    return delete_in_batches(Grant.objects.filter(family__isnull=True, expires__lt=at - TOKEN_MEMORY))


def purge_access_tokens(at: datetime) -> int:
    return delete_in_batches(AccessToken.objects.filter(expires__lt=at - TOKEN_MEMORY))


def purge_secrets(at: datetime) -> int:
    """Previous client secrets whose overlap is over."""
    over = Application.objects.filter(previous_secret_expires_at__lt=at)
    return over.update(previous_secret="", previous_secret_expires_at=None)
