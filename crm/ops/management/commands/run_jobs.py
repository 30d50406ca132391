"""Runs the jobs that are due and sends what waits, once, for installations that use cron: every minute is best.

Exit code 0 only when no job failed.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import get_resolver

from crm.ops.job_running import run_due_jobs
from crm.outbox.draining import drain


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 – loads the wiring, where transports and jobs are registered
        runs = run_due_jobs()
        for run in runs:
            self.stdout.write(f"{run.job}: {run.error or run.result}")
        self.stdout.write(f"{drain()} deliveries tried")
        if failed := [run.job for run in runs if run.error]:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why.")
