"""Fields that the administrator of the demo added, of several types, and values in the first records."""

from datetime import timedelta
from typing import Any

from accounts.actors import actor_for
from crm.web.demo import people
from crm.web.demo.group import members
from crm.web.demo.volume import Company, Office
from customers.models import CustomField
from customers.services import contact_update, custom_field_create, customer_update
from deals.services import deal_update

FILLED, CUSTOMERS_FILLED = 24, 60


def _choices(*labels: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"label": label, "tone": tone} for label, tone in labels]


FIELDS: tuple[dict[str, Any], ...] = (
    {"holder": "customer", "label": "Delivery terms", "type": "choice", "in_lists": True,
     "choices": _choices(("Ex works", 2), ("Delivered", 4), ("Collected", 7))},
    {"holder": "customer", "label": "Contract until", "type": "date", "help_text": "The last day of the agreement."},
    {"holder": "customer", "label": "Discount in percent", "type": "number"},
    {"holder": "customer", "label": "Partner portal", "type": "boolean"},
    {"holder": "contact", "label": "Languages", "type": "multi_choice",
     "choices": _choices(("English", 1), ("German", 3), ("French", 6), ("Swedish", 9))},
    {"holder": "deal", "label": "Installation", "type": "money", "currency": "EUR"},
)  # fmt: skip


def define() -> bool:
    """Only where there are none. Answers whether they are new, and nobody's values are in them."""
    if CustomField.objects.exists():
        return False
    admin = actor_for(people.accounts()["admin"], credential="none")
    for values in FIELDS:
        custom_field_create(admin, **values)
    return True


def fill(office: Office, companies: list[Company]) -> None:
    # In both teams.
    manager = office.sellers[0][-1]
    for index, pk in enumerate((*members(office), *(known.id for known in companies[:CUSTOMERS_FILLED]))):
        customer_update(manager, pk, custom_fields=_of_customer(office, index))
    for index in range(min(FILLED, office.volume.contacts)):
        chance = office.draws.chance("languages", index)
        languages = chance.sample(_keys("contact", "languages"), chance.randint(1, 2))
        contact_update(manager, office.draws.id("contact", index), custom_fields={"languages": languages})
    for index in range(min(FILLED, office.volume.deals)):
        price = office.draws.chance("installation", index).randrange(10, 80) * 100
        deal_update(manager, office.draws.id("deal", index), custom_fields={"installation": price})


def _of_customer(office: Office, index: int) -> dict[str, Any]:
    chance = office.draws.chance("custom fields", index)
    until = office.draws.now.date() + timedelta(days=chance.randrange(20, 700))
    return {
        "delivery_terms": chance.choice(_keys("customer", "delivery_terms")),
        "contract_until": until.isoformat(),
        "discount_in_percent": chance.choice((2, 2.5, 3, 5)),
        "partner_portal": chance.random() < 0.5,
    }


def _keys(holder: str, key: str) -> list[str]:
    return [one["key"] for one in CustomField.objects.get(holder=holder, key=key).choices]
