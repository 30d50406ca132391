"""Handing a file out: as an attachment in a sandbox, in part where asked so, or as a picture drawn anew."""

import re
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string

from crm.core.errors import NotFound
from customers.documents.content import opened, storage
from customers.documents.formats import BY_TYPE, PDF
from customers.documents.scanning import ensure_released
from customers.errors import NoPreview
from customers.models import DocumentVersion

SANDBOX = "sandbox; default-src 'none'"
# A browser's own viewer shows a PDF in no sandbox of ours, but in one of its own; scripts of the page it has none.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Part:
    """So many bytes of an open file from where it stands; closing it closes the file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()


def attachment(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    """The file as it was uploaded; from a bucket by a link that is good for a minute.

    Raises NotScannedYet, InfectedFile, NotFound.
    """
    ensure_released(version.content)
    disposition = str(content_disposition_header(True, version.file_name))
    link = getattr(storage(), "link", None)
    if link is not None:
        headers = {"Content-Disposition": disposition, "Content-Type": version.content.content_type}
        address = link(version.content.key, settings.DOCUMENT_LINK_SECONDS, headers)
        return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return _whole_or_part(request, version, {"Content-Disposition": disposition, "Content-Security-Policy": SANDBOX})


def preview(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    """A picture made anew from the pixels of an image, or a PDF for the browser's viewer.

    Raises NotScannedYet, InfectedFile, NoPreview, NotFound.
    """
    ensure_released(version.content)
    if version.content.content_type == PDF.content_type:
        disposition = str(content_disposition_header(False, version.file_name) or "inline")
        return _whole_or_part(request, version, {"Content-Disposition": disposition, "Content-Security-Policy": VIEWER})
    found = BY_TYPE[version.content.content_type]
    if not found.pillow:
        raise NoPreview()
    with _open(version) as file:
        body, content_type = import_string("customers.documents.pictures.drawn_anew")(file, found.pillow)
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Security-Policy": SANDBOX, **_guards(version)}
    )


def etag_of(version: DocumentVersion) -> str:
    return f'"{version.content_id}"'


def _guards(version: DocumentVersion) -> dict[str, str]:
    return {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache", "ETag": etag_of(version)}


def _whole_or_part(request: HttpRequest, version: DocumentVersion, headers: dict[str, str]) -> HttpResponse:
    file, size = _open(version), version.content.size
    start, end = _range_in(request, version, size) or (0, size - 1)
    if start > end:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(start)
    is_part = (start, end) != (0, size - 1)
    answer: Any = FileResponse(Part(file, end - start + 1), status=206 if is_part else 200)
    headers = {
        **headers,
        **_guards(version),
        "Content-Type": version.content.content_type,
        "Content-Length": str(end - start + 1),
        "Accept-Ranges": "bytes",
        # Compressed on the way, its parts and its digest would be those of something else.
        "Content-Encoding": "identity",
        **({"Content-Range": f"bytes {start}-{end}/{size}"} if is_part else {}),
    }
    for name, value in headers.items():
        answer[name] = value
    return answer  # type: ignore[no-any-return]


def _range_in(request: HttpRequest, version: DocumentVersion, size: int) -> tuple[int, int] | None:
    """RFC 9110 §14: (first, last) of one range; what is no such range is passed over. first > last: not satisfiable."""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    is_same = request.headers.get("If-Range", etag_of(version)) == etag_of(version)
    if found is None or not is_same or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else (1, 0)
    start, end = int(first), min(int(last or size - 1), size - 1)
    if last and int(last) < start:
        return None
    return (start, end) if start < size else (1, 0)


def _open(version: DocumentVersion) -> "File[bytes]":
    try:
        return opened(version.content)
    except FileNotFoundError:
        raise NotFound("The file is not in the storage any more. Tell an administrator.") from None
