"""An uploaded file is looked at before anything is kept: its name, its size, and what it really is (ADR 41)."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.module_loading import import_string

from crm.core.errors import TooLarge, invalid_field
from crm.core.uploads import refuse_unsafe_name
from customers.documents.archives import office_format
from customers.documents.formats import HEAD, NAMES, OLE, OLE_HEAD, TEXTS, UNDECLARED, ZIP_HEAD, Format, beginning_with

# A browser, a shell or PHP would follow these, wherever in the head they stand.
FOREIGN = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"<iframe", b"<body")
ZIP_END, LONGEST_ZIP_END = b"PK\x05\x06", 66_000
TEXT_CONTROLS = frozenset(range(32)) - set(b"\t\n\r\x0c\x1b")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a file that may be kept; `sha256` in hexadecimal, `size` in bytes."""

    file_name: str
    format: Format
    size: int
    sha256: str


def inspect(file: UploadedFile) -> Inspected:
    """Reads the file once and writes nothing.

    Raises TooLarge, or Invalid for `file`: `unsafe_file_name`, `file_name_too_long`, `empty_file`, `unknown_format`,
    `extension_mismatch`, `declared_type_mismatch`, `polyglot_file`, `active_content`, `damaged_file`,
    `image_too_large`, `archive_bomb`, `unsafe_archive`.
    """
    name, content = str(file.name or ""), _stream_of(file)
    refuse_unsafe_name(name)
    size = file.size or 0
    if size > settings.DOCUMENT_LARGEST_BYTES:
        raise TooLarge(f"A document may have up to {settings.DOCUMENT_LARGEST_BYTES // 1_000_000} MB.")
    if size == 0:
        raise invalid_field("file", "The file is empty.", "empty_file")
    found = recognise(content, size, extension_of(name))
    _refuse_contradictions(found, name, str(file.content_type or ""))
    return Inspected(name, found, size, _digest(file, is_text=found in TEXTS))


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def recognise(content: IO[bytes], size: int, extension: str = "") -> Format:
    """`extension` decides only between formats that begin alike."""
    content.seek(0)
    head = content.read(HEAD)
    found = beginning_with(head)
    if found is None and head.startswith(ZIP_HEAD):
        found = office_format(content, size)
    elif found is None and head.startswith(OLE_HEAD):
        found = _among(OLE, extension)
    elif found is None and _is_text(head):
        _refuse_markup(head)
        found = _among(TEXTS, extension)
    if found is None:
        raise invalid_field("file", f"This kind of file is not kept. What is: {NAMES}.", "unknown_format")
    if found not in TEXTS and not head.startswith(ZIP_HEAD):
        _refuse_polyglots(content, head, size)
    if found.pillow:
        _refuse_hollow_images(content, found)
    return found


def _among(formats: tuple[Format, ...], extension: str) -> Format:
    return next((one for one in formats if extension in one.extensions), formats[0])


def _is_text(head: bytes) -> bool:
    return head.startswith(UTF_16) or not TEXT_CONTROLS.intersection(head)


def _refuse_markup(head: bytes) -> None:
    """By the rule of browsers: what begins with a tag may be taken for a page."""
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    if head.decode(encoding, "ignore").lstrip().startswith("<"):
        message = "Pages and drawings that can run scripts (HTML, SVG, XML) are not kept."
        raise invalid_field("file", message, "active_content")


def _refuse_polyglots(content: IO[bytes], head: bytes, size: int) -> None:
    lowered = head.lower()
    is_page = any(mark in lowered for mark in FOREIGN)
    is_second_pdf = b"%PDF-" in head[1:1024]
    if is_page or is_second_pdf or _ends_as_zip(content, size):
        raise invalid_field("file", "The file is two formats at once.", "polyglot_file")


def _ends_as_zip(content: IO[bytes], size: int) -> bool:
    """An end-of-archive record whose comment reaches the end of the file, as unpackers look for it."""
    content.seek(max(0, size - LONGEST_ZIP_END))
    tail = content.read()
    at = tail.rfind(ZIP_END)
    if at < 0 or len(tail) - at < 22:
        return False
    (comment,) = struct.unpack_from("<H", tail, at + 20)
    return at + 22 + int(comment) <= len(tail)


def _refuse_hollow_images(content: IO[bytes], found: Format) -> None:
    pixels_of = import_string("customers.documents.pictures.pixels_of")
    if pixels_of(content, found.pillow) > settings.DOCUMENT_MOST_PIXELS:
        raise invalid_field("file", "The picture has too many pixels.", "image_too_large")


def _refuse_contradictions(found: Format, name: str, declared: str) -> None:
    extension = extension_of(name)
    if extension not in found.extensions:
        known = ", ".join(f".{one}" for one in found.extensions)
        raise invalid_field("file", f"It is {found.name} inside; its name should end in {known}.", "extension_mismatch")
    kind = declared.partition(";")[0].strip().lower()
    if kind not in UNDECLARED and kind not in (found.content_type, *found.declared):
        raise invalid_field("file", f"It was sent as {kind[:100]}, but is {found.name}.", "declared_type_mismatch")


def _digest(file: UploadedFile, is_text: bool) -> str:
    """SHA-256 while the file streams by; a text with NULs is none."""
    digest, is_wide = hashlib.sha256(), False
    for index, chunk in enumerate(file.chunks()):
        is_wide = is_wide or (index == 0 and chunk.startswith(UTF_16))
        if is_text and not is_wide and b"\x00" in chunk:
            raise invalid_field("file", f"This kind of file is not kept. What is: {NAMES}.", "unknown_format")
        digest.update(chunk)
    return digest.hexdigest()


def _stream_of(file: UploadedFile) -> Any:
    return file.file
