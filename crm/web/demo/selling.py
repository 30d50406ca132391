"""Deals on their way through the pipeline, and the leads some of them came from."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.web.demo.draws import permuted, weighted
from crm.web.demo.volume import Company, Office, Stage
from crm.web.demo.words import (
    COUNTRIES,
    FIRST_HALVES,
    FIRST_NAMES,
    JOBS,
    LAST_NAMES,
    LOST_REASONS,
    NEXT_STEPS,
    PRODUCTS,
    SECOND_HALVES,
    TRADES,
)
from crm.web.demo.writing import Story, event
from customers.models import Lead
from customers.models.choices import LeadType, Rating, Source
from deals.models import Deal, StageChange
from deals.models.choices import DealStatus, DealType

OUTCOMES = {"won": 45, "lost": 55}
LEAD_STATUSES = {"new": 30, "contacted": 25, "nurture": 15, "qualified": 15, "unqualified": 10, "junk": 5}
FORECASTS = {"open": "pipeline", "won": "closed", "lost": "omitted"}
Step = tuple[Stage, datetime]


def path(office: Office, chance: random.Random, began: datetime) -> list[Step]:
    """The stages a deal has been in, each with the moment it entered: forward until it is decided, or until today."""
    open_stages = [stage for stage in office.stages if stage.status == DealStatus.OPEN]
    decided = {stage.status: stage for stage in office.stages if stage.status != DealStatus.OPEN}
    patience, steps, at = chance.choice((6, 14, 30, 60)), [(open_stages[0], began)], began
    outcome = decided[weighted(chance, OUTCOMES)]
    given_up_after = chance.randrange(1, len(open_stages)) if outcome.status == DealStatus.LOST else len(open_stages)
    for stage in [*open_stages[1:given_up_after], outcome]:
        at += timedelta(days=patience * chance.uniform(0.4, 1.6), hours=chance.uniform(0, 6))
        if at >= office.draws.now:
            break
        steps.append((stage, at))
    return steps


def steps_of(office: Office, index: int, since: datetime) -> list[Step]:
    chance = office.draws.chance("path", index)
    return path(office, chance, max(since, office.draws.moment(chance)))


def buyer(office: Office, companies: list[Company], index: int) -> Company:
    return office.draws.chance("buyer", index).choice(companies)


def deals(office: Office, companies: list[Company]) -> Iterator[Deal]:
    for index in range(office.volume.deals):
        known = buyer(office, companies, index)
        yield deal(office, known, index, steps_of(office, index, known.since))


def deal(office: Office, known: Company, index: int, steps: list[Step]) -> Deal:
    chance = office.draws.chance("deal", index)
    stage, entered = steps[-1]
    status = stage.status
    is_open = status == DealStatus.OPEN
    expected = entered + timedelta(days=chance.randrange(-5, 90) if is_open else 0)
    return Deal(
        id=office.draws.id("deal", index),
        team=office.teams[known.side],
        owner_id=known.owner.id,
        created_at=steps[0][1],
        updated_at=entered,
        version=len(steps),
        name=f"{' '.join(known.name.split()[:2])} – {chance.choice(PRODUCTS)}",
        customer_id=known.id,
        amount=Decimal(round(900 * 1.75 ** chance.uniform(0, 10) / 50) * 50),
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        status=status,
        expected_close_date=expected.date(),
        deal_type=chance.choice(DealType.values),
        source=chance.choice(Source.values),
        next_step=chance.choice(NEXT_STEPS) if is_open else "",
        forecast_category=FORECASTS[status],
        lost_reason=chance.choice(LOST_REASONS) if status == DealStatus.LOST else "",
        external_id=f"D{office.draws.seed}-{index}",
        stage_changed_at=entered,
        closed_at=None if is_open else entered,
    )


def stage_changes(office: Office, companies: list[Company], known: set[UUID]) -> Iterator[StageChange]:
    """The history of each deal whose id is not in `known`."""
    for index in range(office.volume.deals):
        seller = buyer(office, companies, index)
        pk, origin = office.draws.id("deal", index), None
        if pk in known:
            continue
        for stage, at in steps_of(office, index, seller.since):
            yield StageChange(
                deal_id=pk,
                from_stage_id=origin,
                to_stage_id=stage.id,
                at=at,
                actor_id=seller.owner.id,
                actor_label=seller.owner.label,
            )
            origin = stage.id


def story_of_deals(office: Office) -> Story:
    """Created, then moved from stage to stage."""
    by_id: dict[UUID | None, Actor] = {actor.id: actor for side in office.sellers for actor in side}

    def story(row: Deal) -> Iterator[AuditEvent]:
        actor = by_id[row.owner_id]
        index = int(row.external_id.rpartition("-")[2])
        steps = steps_of(office, index, row.created_at)
        first = {"name": (None, row.name), "amount": (None, row.amount), "stage": (None, steps[0][0].name)}
        yield event(actor, "deals.created", row, first, row.created_at)
        for (origin, _before), (stage, at) in pairwise(steps):
            yield event(actor, "deals.moved", row, {"stage": (origin.name, stage.name)}, at)

    return story


def leads(office: Office) -> Iterator[Lead]:
    for index in range(office.volume.leads):
        yield lead(office, index)


def lead(office: Office, index: int) -> Lead:
    chance, side = office.draws.chance("lead", index), index % 2
    first, last, country = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), chance.choice(tuple(COUNTRIES))
    number = permuted(index, office.draws.seed + 1, len(FIRST_HALVES) * len(SECOND_HALVES))
    trade = chance.choice(tuple(TRADES))
    stem = FIRST_HALVES[number % len(FIRST_HALVES)] + SECOND_HALVES[number // len(FIRST_HALVES)]
    since = office.draws.moment(chance, timedelta(days=150))
    return Lead(
        id=office.draws.id("lead", index),
        team=office.teams[side],
        owner_id=chance.choice(office.sellers[side]).id,
        created_at=since,
        updated_at=since,
        first_name=first,
        last_name=last,
        company_name=f"{stem} {trade}",
        title=chance.choice(JOBS[chance.choice(tuple(JOBS))]),
        email=f"{first}.{last}@{stem}-{trade}.example".lower(),
        phone=COUNTRIES[country][1].format(chance.randrange(1000)),
        website=f"https://{stem}-{trade}.example".lower(),
        lead_type=chance.choice(LeadType.values),
        source=chance.choice(Source.values),
        status=weighted(chance, LEAD_STATUSES),
        rating=chance.choice(Rating.values),
        score=chance.randrange(0, 101),
        industry=TRADES[trade],
        external_id=f"D{office.draws.seed}-{index}",
    )
