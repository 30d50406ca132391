"""How long the log is kept: what became a lead lives on as one, what waits for a person is kept until they decide."""

from datetime import datetime, timedelta

from django.db.models import Q

from crm.capture.models import State, Submission
from crm.ops.purging import delete_in_batches

SETTLED, BOTS = timedelta(days=90), timedelta(days=30)


def purge_submissions(at: datetime) -> int:
    done = Q(state__in=[State.ACCEPTED, State.MENDED, State.DISMISSED], created_at__lt=at - SETTLED)
    return delete_in_batches(Submission.objects.filter(done | Q(state=State.BOT, created_at__lt=at - BOTS)))
