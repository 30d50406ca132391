"""Sends what is due and runs the jobs until it is told to stop (Ctrl-C, SIGTERM); what is in hand is finished first.

Where there is neither Celery nor a server that does this by itself. Several of them share the work.
"""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from crm.ops import workers


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        told = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        workers.start_sending()
        self.stdout.write("Sending what is due and running the jobs. Ctrl-C stops it.")
        told.wait()
        workers.stop()
