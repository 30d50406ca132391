"""Documents on paper, for who describes them: drawing takes fpdf2 and its fonts, 34 MB that a process pays once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from crm.core.pdf import Document


@dataclass(frozen=True, slots=True)
class Column:
    """`share` is its part of the width, beside the shares of the others; figures stand on the right."""

    label: str
    share: float = 1.0
    numeric: bool = False


def digest_of(data: Any) -> str:
    """SHA-256 in hexadecimal over canonical JSON: sorted keys, no spaces, what JSON does not know as text."""
    text = json.dumps(data, default=str, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def new_document(title: str, *, by: str, at: datetime, digest: str, landscape: bool = False) -> "Document":
    """An empty crm.core.pdf.Document, whose footer bears the digest."""
    document: Document = import_string("crm.core.pdf.Document")(title, by=by, at=at, digest=digest, landscape=landscape)
    return document
