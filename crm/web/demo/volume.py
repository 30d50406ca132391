"""How much of everything, and what is handed from one kind of record to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from accounts.models import Team
from crm.core.actor import Actor
from crm.web.demo.draws import Draws
from customers.models import Label


@dataclass(frozen=True, slots=True)
class Volume:
    customers: int
    contacts: int
    leads: int
    deals: int
    activities: int
    notes: int

    @classmethod
    def of(
        cls, customers: int, contacts: int | None = None, deals: int | None = None, activities: int | None = None
    ) -> Self:
        """The usual proportions to `customers`, unless a number is given; notes are a quarter of the activities."""
        done = max(customers, min(customers * 4, 1600)) if activities is None else activities
        return cls(
            customers=customers,
            contacts=customers if contacts is None else contacts,
            leads=max(customers // 10, min(customers, 80)),
            deals=max(customers * 3 // 10, min(customers, 160)) if deals is None else deals,
            activities=done - done // 4,
            notes=done // 4,
        )


@dataclass(frozen=True, slots=True)
class Company:
    """What other records need of a customer."""

    index: int
    id: UUID
    name: str
    domain: str
    country: str
    side: int
    owner: Actor
    since: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    id: UUID
    pipeline_id: UUID
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Office:
    """The scene: chance, teams (North, South), the people who own records in each, labels and stages."""

    draws: Draws
    volume: Volume
    teams: tuple[Team, Team]
    sellers: tuple[tuple[Actor, ...], tuple[Actor, ...]]
    labels: tuple[tuple[Label, ...], tuple[Label, ...]]
    stages: tuple[Stage, ...]
