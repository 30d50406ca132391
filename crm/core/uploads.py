"""Names of uploaded files as they were sent: Django would cut and clean them in silence; no name is mangled here."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.parsers import BaseParser, DataAndFiles

from crm.core.errors import Invalid, invalid_field
from crm.core.fields import BIDI_CONTROLS, CONTROL_IN_LINE, SURROGATES

LONGEST_NAME = 255


def refuse_unsafe_name(name: str) -> None:
    """Raises Invalid for `file`: `unsafe_file_name`, `file_name_too_long` (255 bytes, what file systems take)."""
    is_hidden = name.strip(". ") == "" or name != name.strip()
    is_disguised = CONTROL_IN_LINE.search(name) or BIDI_CONTROLS.search(name) or SURROGATES.search(name)
    if is_hidden or is_disguised or "/" in name or "\\" in name:
        raise invalid_field("file", "The name of the file holds signs that a name must not have.", "unsafe_file_name")
    if len(name.encode()) > LONGEST_NAME:
        raise invalid_field("file", "The name of the file is too long.", "file_name_too_long")


class RefusedUpload(Invalid, MultiPartParserError):
    """Raised while a body is read, by whichever middleware asks first; Django keeps it from being read again."""


class StrictMultiPartParser(MultiPartParser):
    """Refuses what Django's would repair."""

    def sanitize_file_name(self, file_name: str) -> str:
        try:
            refuse_unsafe_name(file_name)
        except Invalid as refusal:
            raise RefusedUpload(details=refusal.details) from None
        return file_name


def parse_strictly(request: HttpRequest) -> None:
    """From here on the files of this request are read by StrictMultiPartParser, whoever asks for them first."""
    request.parse_file_upload = partial(_parse, request)  # type: ignore[method-assign]


def _parse(request: HttpRequest, meta: Any, post_data: Any) -> Any:
    parser = StrictMultiPartParser(meta, post_data, request.upload_handlers, request.encoding)  # type: ignore[arg-type]
    return parser.parse()


class UploadParser(BaseParser):
    """multipart/form-data of an API call, as the request itself reads it."""

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        request = parser_context["request"]._request
        return DataAndFiles(request.POST, request.FILES)
