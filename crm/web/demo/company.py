"""The demo company as a whole, written in one transaction."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Max, OuterRef, Q, Subquery

from accounts.models import Team
from accounts.oauth.clients import web_client_ensure
from crm.core.actor import Actor
from crm.web.demo import customers, people, security, selling, showcase, work
from crm.web.demo.draws import Draws
from crm.web.demo.volume import Company, Office, Stage, Volume
from crm.web.demo.writing import insert, write
from customers.models import Consent, Contact, Customer, Label, LabelAssignment, Lead, Note
from deals.models import Activity, Deal, StageChange
from deals.models import Stage as StageModel

Tell = Callable[[str], None]

# What units beside crm.web add to the company once its people are there, each only what is missing.
_PARTS: list[Callable[[Draws], None]] = []


def demo_shows(part: Callable[[Draws], None]) -> None:
    """Registers a part of the demo; called by crm.wiring only."""
    _PARTS.append(part)


@transaction.atomic
def build(draws: Draws, volume: Volume, tell: Tell) -> dict[str, int]:
    """Adds what is missing up to `volume`; answers how many of each kind are new."""
    office = open_office(draws, volume)
    companies = [customers.company(office, index) for index in range(volume.customers)]
    tell("customers and contacts")
    new = {"customers": _customers(office, companies)}
    story = customers.created(office, "contacts")
    new["contacts"] = write(Contact, customers.contacts(office, companies), story)
    write(Consent, customers.consents(office, companies))
    write(apps.get_model("privacy", "SubjectRequest"), customers.subject_requests(office, companies))
    tell("leads and deals")
    new["leads"] = write(Lead, selling.leads(office), customers.created(office, "leads"))
    new["deals"] = _deals(office, companies)
    tell("activities and notes")
    new["activities"] = write(Activity, work.activities(office, companies), customers.created(office, "activities"))
    new["notes"] = write(Note, work.notes(office, companies), customers.created(office, "notes"))
    remember_last_activity()
    tell("what a newcomer looks at first")
    showcase.show(office, companies)
    tell("security events")
    new["security events"] = security.write_security(draws, people.accounts())
    for part in _PARTS:
        part(draws)
    return new


def open_office(draws: Draws, volume: Volume) -> Office:
    actor = Actor.system("demo_data")
    teams = people.ensure_teams(actor, draws)
    sellers = people.sellers(people.ensure_accounts(actor, draws, teams))
    web_client_ensure(actor)
    pair = teams["North"], teams["South"]
    north, south = (_labels(draws, team, side) for side, team in enumerate(pair))
    stages = StageModel.objects.filter(pipeline__is_default=True).order_by("position")
    known = tuple(Stage(stage.pk, stage.pipeline_id, stage.name, stage.status) for stage in stages)
    return Office(draws, volume, pair, sellers, (north, south), known)


def _labels(draws: Draws, team: Team, side: int) -> tuple[Label, ...]:
    present = {label.name: label for label in Label.objects.filter(team=team)}
    wanted = list(customers.labels(draws, team.pk, side))
    write(Label, (label for label in wanted if label.name not in present))
    return tuple(present.get(label.name, label) for label in wanted)


def _customers(office: Office, companies: list[Company]) -> int:
    known = _known(Customer, office)
    story = customers.created(office, "customers")
    new = write(Customer, (customers.customer(office, one) for one in companies), story)
    insert(LabelAssignment, customers.assignments(office, [one for one in companies if one.id not in known]))
    return new


def _deals(office: Office, companies: list[Company]) -> int:
    known = _known(Deal, office)
    new = write(Deal, selling.deals(office, companies), selling.story_of_deals(office))
    insert(StageChange, selling.stage_changes(office, companies, known))
    return new


def _known(model: Any, office: Office) -> set[Any]:
    """Ids of this seed's records that an earlier run wrote."""
    mine = model.objects.filter(external_id__startswith=f"D{office.draws.seed}-")
    return set(mine.values_list("pk", flat=True))


def remember_last_activity() -> None:
    """What the services keep in step one by one, for all at once."""
    kinds: tuple[tuple[type[Any], str], ...] = ((Customer, "customer"), (Deal, "deal"))
    for model, link in kinds:
        done = Activity.objects.filter(Q(completed_at__isnull=False), **{link: OuterRef("pk")})
        latest = done.order_by().values(link).annotate(at=Max("completed_at")).values("at")
        model.objects.filter(last_activity_at__isnull=True).update(last_activity_at=Subquery(latest))


def refresh_statistics() -> None:
    """The planner of PostgreSQL should know of a hundred thousand new rows at once, not minutes later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
