"""A file as an attachment, with what a client needs to see that it has the whole of it."""

import base64
from typing import Any

from django.http import FileResponse

from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.models import Export


def attachment(export: Export) -> FileResponse:
    """Streamed. `Repr-Digest` is RFC 9530, `X-Export-Rows` the number of records."""
    kind = FORMATS[export.format]
    file: Any = export.file.open("rb")
    answer = FileResponse(
        file, as_attachment=True, filename=f"{export}.{kind.extension}", content_type=kind.content_type
    )
    answer["Content-Length"] = str(export.file_size)
    answer["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(export.sha256)).decode()}:"
    answer["X-Export-Rows"] = str(export.rows_done)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
