"""The files about a person: they go out with an export, and away with an erasure, since a file cannot be redacted."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm.core.actor import Actor
from crm.core.errors import Conflict
from crm.privacy.subjects import kind_of, within_reach
from crm.privacy.traces import Trace
from customers.documents.content import opened, sweep_now
from customers.documents.scanning import ensure_released
from customers.models import Document, DocumentVersion, StoredContent

CHUNK = 1_000_000


def versions_about(actor: Actor, subjects: Iterable[Any]) -> Iterator[DocumentVersion]:
    """Every version of their documents that may leave: what was not found clean stays."""
    about = Q(pk__in=[])
    for subject in subjects:
        if kind_of(subject) != "user":
            about |= Q(**{kind_of(subject): subject.pk})
    documents = within_reach(actor, Document._base_manager.filter(about), "export")
    versions = DocumentVersion.objects.filter(document__in=documents.values("pk")).select_related("content", "document")
    for version in versions.order_by("document_id", "number"):
        try:
            ensure_released(version.content)
        except Conflict:
            continue
        yield version


def chunks_of(version: DocumentVersion) -> Iterator[bytes]:
    with opened(version.content) as file:
        yield from iter(partial(file.read, CHUNK), b"")


def sweep_after(traces: Iterable[Trace]) -> None:
    """Before the documents go: their contents follow once that is certain, unless others have the same."""
    pks = [trace.pk for trace in traces if trace.goes and trace.model is Document]
    contents = StoredContent.objects.filter(versions__document__in=pks).distinct()
    transaction.on_commit(partial(sweep_now, list(contents.values_list("pk", flat=True))))
