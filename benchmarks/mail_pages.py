"""Runs inside a scratch installation: lets mails wait, then answers each page named on a line with its milliseconds."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.explorer_work import Times, ask  # noqa: E402
from benchmarks.mail_work import queue_up  # noqa: E402
from crm.core.collecting import settle  # noqa: E402


def main() -> None:
    queue_up(int(sys.argv[1]))
    client = Client()
    client.force_login(User.objects.get(email="superadmin@demo.example"), "accounts.backends.EmailBackend")
    settle()
    for line in sys.stdin:
        times = Times()
        ask(client, line.strip(), times)
        print(f"{times.whole[0]:.3f}", flush=True)


if __name__ == "__main__":
    main()
