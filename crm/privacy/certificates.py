"""What an erasure certifies: what was erased, when, by whom, and a digest; nothing that is about the person."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditlog.leaves import iso
from crm.core.documents import Column, new_document
from crm.privacy.models import Erasure

EXPLAINED = (
    "The personal data of one person were erased from the rows counted below, or these rows were removed. Events of "
    "the audit trail keep what was done and when; their seals still verify. Copies made before are erased again when "
    "they are restored. This certificate names nobody: whoever holds the request can tell whose it is."
)


def content_of(erasure: Erasure) -> dict[str, Any]:
    """What the digest covers (crm.core.documents.digest_of)."""
    return {
        "certificate": str(erasure.pk),
        "request": str(erasure.request_id or ""),
        "erased_at": iso(erasure.at),
        "erased_by": erasure.by_label,
        "rows": erasure.counts,
    }


def certificate(erasure: Erasure) -> dict[str, Any]:
    return {**content_of(erasure), "sha256": erasure.digest}


def in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """(what people call such rows, how many)."""
    return [(_noun(label, number), number) for label, number in counts.items()]


def _noun(label: str, number: int) -> str:
    if label == "transfer.files":
        return ngettext("uploaded file", "uploaded files", number)
    options = apps.get_model(label)._meta
    return str(options.verbose_name if number == 1 else options.verbose_name_plural)


def on_paper(erasure: Erasure) -> bytes:
    """The same as PDF, its footer bearing the digest."""
    document = new_document(_("Certificate of erasure"), by=erasure.by_label, at=erasure.at, digest=erasure.digest)
    content = content_of(erasure)
    facts = {_("Certificate"): "certificate", _("Request"): "request", _("Erased"): "erased_at", _("By"): "erased_by"}
    document.facts((label, content[name]) for label, name in facts.items())
    document.paragraph(_(EXPLAINED))
    document.table([Column(_("Kind of row"), 3), Column(_("Rows"), numeric=True)], in_words(erasure.counts))
    return document.output()
