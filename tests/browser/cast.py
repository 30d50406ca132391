"""People and records of browser tests that change things: a team for each scene and screen, touched by no other test.

Put into the served product once, in its own environment (`manage.py shell`).
"""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Membership, Role, Team, User
from crm.core.actor import Actor
from customers.matching.scanning import scan
from customers.models import Contact, Customer, Label
from customers.models.merge import MergeKind
from deals.models import Activity
from tests.browser.hands import Keyboard, Mouse
from tests.browser.server import PASSWORD

SCREENS = (Mouse.screen, Keyboard.screen)


def nothing(team: Team, person: User) -> None:
    """Everything comes in."""


def a_customer(team: Team, person: User) -> None:
    Customer.objects.create(name="Harbour Works", team=team, owner=person)


def a_customer_and_a_colleague(team: Team, person: User) -> None:
    a_customer(team, person)
    mona = User.objects.create(email=f"mona.{team.pk}@cast.example", full_name="Mona Quist", role=person.role)
    Membership.objects.create(user=mona, team=team)


def a_pair(team: Team, person: User) -> None:
    values = {"first_name": "Nora", "last_name": "Winter", "team": team, "owner": person}
    kept = Contact.objects.create(email="nora@winter.example", title="Buyer", **values)
    again = Contact.objects.create(email="nora@home.example", phone="+49301234567", title="Head of buying", **values)
    for one in (kept, again):
        one.notes.create(body=f"Written about {one.title}", team=team, owner=person)
    Contact.objects.filter(pk__in=(kept.pk, again.pk)).update(mobile_phone="+491701234567")
    scan(Actor.system("cast"), MergeKind.CONTACT, team.pk)


def a_known_contact(team: Team, person: User) -> None:
    """Whom an import meets again."""
    Contact.objects.create(first_name="Otto", last_name="Known", email="otto@known.example", title="Clerk", team=team)


def a_list(team: Team, person: User) -> None:
    Label.objects.create(name="Trade fair", team=team, owner=person)
    for at in range(1, 6):
        Customer.objects.create(name=f"Quay {at}", team=team, owner=person)
        Activity.objects.create(type="task", subject=f"Sweep quay {at}", team=team, owner=person)


# scene → (role, what is there)
SCENES: dict[str, tuple[str, Callable[[Team, User], None]]] = {
    "fields": ("admin", a_customer),
    "sheet": ("sales_manager", nothing),
    "documents": ("sales_manager", a_customer),
    "notices": ("sales_rep", a_customer_and_a_colleague),
    "mentions": ("sales_rep", a_customer_and_a_colleague),
    "merge": ("sales_manager", a_pair),
    "import": ("sales_manager", a_known_contact),
    "workbook": ("sales_manager", a_known_contact),
    "views": ("sales_manager", a_list),
    "bulk": ("sales_manager", a_list),
    "export": ("sales_manager", a_list),
    "schedule": ("sales_manager", a_list),
    "webhooks": ("admin", a_customer),
    "capture": ("admin", nothing),
}


@transaction.atomic
def fill() -> None:
    password = make_password(PASSWORD)
    for scene, (role, stage) in SCENES.items():
        for screen in SCREENS:
            team = Team.objects.create(name=f"{scene.capitalize()} {screen}")
            values = {"full_name": f"Cast {scene.capitalize()}", "role": Role.objects.get(name=role)}
            person = User.objects.create(email=f"{scene}.{screen}@cast.example", password=password, **values)
            Membership.objects.create(user=person, team=team)
            stage(team, person)
