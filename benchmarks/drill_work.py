"""What the drill asks of the product in a process of its own: `write NAME`, `facts`."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.urls import get_resolver  # noqa: E402

from accounts.models import Team  # noqa: E402
from crm.core.actor import Actor  # noqa: E402
from crm.ops.backups.databases import current  # noqa: E402
from customers.services import customer_create  # noqa: E402


def write(name: str) -> None:
    """A customer, by the service that pages and API call, so that the trail tells of it."""
    customer_create(Actor.system("drill"), name=name, team=Team.objects.order_by("name").first())


def main() -> None:
    get_resolver().url_patterns  # noqa: B018 – loads the wiring
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        print(json.dumps(current().facts()))


if __name__ == "__main__":
    main()
