"""A worker of the background for one import: waits until nobody holds it, says so, and goes on to the end."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from crm.transfer.driving import drive  # noqa: E402
from crm.transfer.importers import importers  # noqa: E402
from crm.transfer.models import ImportRun  # noqa: E402
from crm.transfer.rights import actor_behind  # noqa: E402


def main(pk: str) -> None:
    importers()
    run = ImportRun.objects.select_related("owner", "team").get(pk=pk)
    while run.is_worked_on:
        time.sleep(0.1)
        run.refresh_from_db()
    print("began", flush=True)
    run = drive(actor_behind(run.owner, run.rights), run, 1e6)
    print(run.state, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
