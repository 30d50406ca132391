"""Seals what was recorded since the last time; to be run every minute."""

from typing import Any

from django.core.management.base import BaseCommand

from auditlog.sealing import seal_pending


class Command(BaseCommand):
    help = "Seals the audit events recorded since the last seal."

    def handle(self, *args: Any, **options: Any) -> None:
        seals = seal_pending()
        for seal in seals:
            self.stdout.write(f"seal {seal.seq}: {seal.n} {seal.retention} events, root {seal.root}")
        if not seals:
            self.stdout.write("Nothing to seal.")
