"""Who is told: somebody who works here, with their own eyes and clock."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model

from crm.core.actor import Actor
from crm.transfer.actors import actor_of


@dataclass(frozen=True, slots=True)
class Reader:
    person: Any
    actor: Actor

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.person)


def reader_of(pk: UUID | str) -> Reader | None:
    """None for who was deactivated, and for the account of a program. Three queries."""
    rows = get_user_model()._default_manager.select_related("role")
    person = rows.filter(pk=pk, is_active=True, is_service=False).first()
    return Reader(person, actor_of(person, "job")) if person else None


def zone_of(person: Any) -> ZoneInfo:
    return ZoneInfo(person.time_zone or settings.TIME_ZONE)
