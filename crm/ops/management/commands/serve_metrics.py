"""Answers scrapes at a port of its own, without a token: for an address that only Prometheus reaches.

With METRICS_DIR it tells the counts of all processes of this machine, and is the way to those of Celery's workers.
"""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from prometheus_client import start_http_server

from crm.ops.metrics.exposing import Everything


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=9464)
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen on; 127.0.0.1 unless given.")

    def handle(self, *args: Any, **options: Any) -> None:
        told = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        server, thread = start_http_server(options["port"], options["host"], Everything())
        self.stdout.write(f"Metrics at http://{options['host']}:{server.server_port}/metrics. Ctrl-C stops it.")
        self.stdout.flush()
        told.wait()
        server.shutdown()
        server.server_close()
        thread.join()
