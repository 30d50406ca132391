"""The archives that wait to be downloaded: each goes after a week, and all of them whenever somebody is erased."""

from datetime import datetime, timedelta

from django.db import transaction

from crm.privacy.models import SubjectWork, WorkKind

KEPT_FOR = timedelta(days=7)


def archives_remove() -> None:
    """Any of them may name who is erased just now, and each is made again by a click. One that is being written at
    this moment loses its lease, and starts over.
    """
    SubjectWork.objects.filter(kind=WorkKind.EXPORT, finished_at__isnull=True).update(lease=None, leased_until=None)
    for work in SubjectWork.objects.exclude(file=""):
        _remove(work)
    SubjectWork.objects.update(event_ids=[], samples=[])


def purge_archives(at: datetime) -> int:
    """How many were past their time."""
    past = list(SubjectWork.objects.exclude(file="").filter(finished_at__lt=at - KEPT_FOR))
    for work in past:
        with transaction.atomic():
            _remove(work)
    return len(past)


def _remove(work: SubjectWork) -> None:
    """From the row at once, from the disk when that is certain."""
    name, storage = str(work.file.name), work.file.storage
    SubjectWork.objects.filter(pk=work.pk).update(file="", file_size=0)
    transaction.on_commit(lambda: storage.delete(name))
