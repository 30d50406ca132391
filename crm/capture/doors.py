"""What both doors for strangers have in common: an address that leads to a source, a size and a pace."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from crm.capture.errors import SourceOff
from crm.capture.models import Kind, LeadSource
from crm.core.errors import NotFound, TooLarge
from crm.core.limits import Limit, Verdict, count
from crm.core.networks import network_of

OPEN = Verdict(True, "", Limit(1, 1), 1, 1)


@dataclass(frozen=True, slots=True)
class Door:
    """`largest` are bytes; the paces are as for `@limited`, for one network and for one source."""

    kind: Kind
    largest: int
    of_address: str
    of_source: str

    def ensure_small(self, request: HttpRequest) -> None:
        """By what is declared, before any of it is read. Raises TooLarge."""
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and int(declared) > self.largest:
            raise TooLarge()


def source_at(token: str, kind: Kind) -> LeadSource:
    """Raises NotFound, SourceOff."""
    source = LeadSource.objects.select_related("team", "owner").filter(token=token, kind=kind).first()
    if source is None:
        raise NotFound()
    if not source.is_active:
        raise SourceOff()
    return source


def within_limits(request: HttpRequest, source: LeadSource, door: Door) -> Verdict:
    """Counts one submission, of the network and of the source."""
    if not settings.RATE_LIMIT_ENABLED:
        return OPEN
    network = network_of(request.META.get("REMOTE_ADDR", "")) or "unknown"
    of_address = (f"capture:{source.pk}:{network}", Limit.of(door.of_address))
    return count(of_address, (f"capture:{source.pk}", Limit.of(door.of_source)))
