"""The product's own Celery application with its patience shortened, so that three days pass in minutes."""

from datetime import timedelta

from benchmarks.faults import clock
from crm.celery import app
from crm.outbox import claims

claims.LEASE = timedelta(seconds=30)
claims.LONGEST_DELAY = timedelta(seconds=20)
claims.TRIED_FOR = timedelta(minutes=2)

__all__ = ["app", "clock"]
