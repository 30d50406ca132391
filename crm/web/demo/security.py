"""Two weeks of security events, and what the rules make of them: alerts that are open, in hand, and closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from auditlog.alerts.checks import CHECKS
from auditlog.alerts.data import BY_NAME, rules_for
from auditlog.alerts.raising import alert_raise
from auditlog.alerts.services import alert_acknowledge, alert_close
from auditlog.models import Alert, AnomalyRule, Familiar, SecurityEvent, Severity
from auditlog.security import canonical_details
from crm.core.actor import Actor
from crm.core.networks import network_of
from crm.web.demo.draws import Draws

DAYS = 14
OFFICES = {"North": "198.51.100.20", "South": "203.0.113.40"}
STRANGER, CAFE = "192.0.2.77", "192.0.2.180"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"
WHO_SIGNS_IN = ("superadmin", "admin", "manager", "rep", "rep2", "marketing", "support", "auditor", "readonly")


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    label: str
    team_id: UUID | None
    office: str


def write_security(draws: Draws, users: dict[str, User]) -> int:
    """Once: events are append-only, so a second run leaves them as they are. Answers how many are new."""
    if Alert.objects.exists() or SecurityEvent.objects.filter(kind="login.succeeded").exists():
        return 0
    people = {name: _person(user) for name, user in users.items()}
    events = sorted((*_everyday(draws, people), *_incidents(draws.now, people)), key=lambda event: event.at)
    rules = {rule.name: rule for rule in AnomalyRule.objects.all()}
    for event in events:
        event.save(force_insert=True)
        _judge(rules, event)
    _handle(Actor.system("demo_data"))
    _forget_invented_places(people)
    return len(events)


def _person(user: User) -> Person:
    home = user.memberships.select_related("team").first()
    return Person(user.pk, str(user), home.team_id if home else None, OFFICES[home.team.name if home else "North"])


def _everyday(draws: Draws, people: dict[str, Person]) -> Iterator[SecurityEvent]:
    """People sign in from their office in the morning, and some mistype."""
    for day in range(DAYS, 0, -1):
        for index, name in enumerate(WHO_SIGNS_IN):
            chance, person = draws.chance(f"sign-in-{name}", day), people[name]
            morning = (draws.now - timedelta(days=day)).replace(hour=7, minute=0, second=0)
            at = morning + timedelta(minutes=chance.randrange(100) + index)
            if morning.weekday() < 5 and chance.random() < 0.8:
                if chance.random() < 0.15:
                    yield _event("login.failed", Severity.LOW, at, person, reason="wrong_password")
                yield _event("login.succeeded", Severity.INFO, at + timedelta(seconds=20), person)


def _incidents(now: datetime, people: dict[str, Person]) -> Iterator[SecurityEvent]:
    rep, admin, manager = people["rep"], people["admin"], people["manager"]
    guesses = now - timedelta(hours=3)
    for number in range(7):
        at = guesses + timedelta(seconds=35 * number)
        yield _event("login.failed", Severity.LOW, at, rep, STRANGER, reason="wrong_password")
    yield _event("login.locked", Severity.MEDIUM, guesses + timedelta(seconds=211), rep, STRANGER, network=STRANGER)
    yield _event("login.succeeded", Severity.INFO, now - timedelta(hours=20), manager, CAFE, SAFARI)
    by = {"by": admin.label, "before": "sales_rep", "after": "sales_manager"}
    yield _event("role.raised", Severity.HIGH, now - timedelta(days=2), people["rep2"], **by)
    yield _event(
        "token.reused", Severity.HIGH, now - timedelta(days=5), people["support"], CAFE, client="Vouch web app"
    )
    for number in range(6):
        at, rows = now - timedelta(hours=26, minutes=50 - 7 * number), 400 + 70 * number
        yield _event("data.exported", Severity.LOW, at, people["marketing"], rows=rows, what="contacts")
    for number in range(3):
        path = {"path": "GET /settings/roles/", "reason": "Not allowed: the role read_only does not grant roles:read."}
        yield _event("access.denied", Severity.LOW, now - timedelta(days=1, minutes=number), people["readonly"], **path)


def _event(
    kind: str,
    severity: Severity,
    at: datetime,
    person: Person,
    address: str = "",
    agent: str = FIREFOX,
    **details: str | int,
) -> SecurityEvent:
    where = address or person.office
    return SecurityEvent(
        kind=kind,
        severity=severity,
        at=at,
        person_id=person.id,
        person_label=person.label,
        team_id=person.team_id,
        address=where,
        network=network_of(where),
        agent=agent,
        details=canonical_details(details),
    )


def _judge(rules: dict[str, AnomalyRule], event: SecurityEvent) -> None:
    """As it would have been at the time, but without mails to demo accounts."""
    for data in rules_for(event.kind):
        rule = rules[data.name]
        if finding := CHECKS[data.check](rule, BY_NAME[rule.name], event):
            alert_raise(rule, finding)


def _handle(actor: Actor) -> None:
    if exports := Alert.objects.filter(rule__name="many_exports").first():
        alert_acknowledge(actor, exports.pk, comment="Asked Mila what the exports are for.")
    if reuse := Alert.objects.filter(rule__name="token_reuse").first():
        alert_close(actor, reuse.pk, resolution="handled", comment="Old laptop, wiped. Tokens were revoked.")


def _forget_invented_places(people: dict[str, Person]) -> None:
    """Whoever tries the demo signs in from a device and network of their own: the first that is really seen."""
    Familiar.objects.filter(subject__in=[f"person:{person.id}" for person in people.values()]).delete()
