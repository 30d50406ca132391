"""The link of a mail, opened."""

from uuid import UUID

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from crm.core.actor import Actor
from crm.core.errors import NotFound
from crm.transfer.exports.models import Export
from crm.transfer.exports.running import KEPT
from crm.transfer.schedules.errors import LinkExpired
from crm.transfer.schedules.models import ScheduledRun
from crm.transfer.schedules.running import SALT


def export_linked(actor: Actor, token: str) -> Export:
    """Raises NotFound for a link that is not ours or belongs to somebody else, LinkExpired."""
    try:
        pk = UUID(TimestampSigner(salt=SALT).unsign(token, max_age=KEPT))
    except SignatureExpired:
        raise LinkExpired() from None
    except (BadSignature, ValueError):
        raise NotFound() from None
    runs = ScheduledRun.objects.filter(pk=pk).values("export")
    export: Export | None = Export.objects.for_actor(actor).filter(pk__in=runs).first()
    if export is None:
        raise NotFound()
    return export
