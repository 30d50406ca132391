"""What a file is, whatever it is called: what may be kept is recognised, what is hostile is refused by a code."""

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import Invalid, TooLarge
from customers.documents.inspecting import inspect
from customers.tests import document_files as files
from customers.tests.document_files import upload

KEPT = [
    (files.PDF, "a.pdf", "application/pdf", "application/pdf"),
    (files.PNG, "a.PNG", "image/png", "image/png"),
    (files.JPEG, "a.jpeg", "image/jpeg", "image/jpeg"),
    (files.GIF, "a.gif", "", "image/gif"),
    (files.WEBP, "a.webp", "image/webp", "image/webp"),
    (files.TIFF, "a.tif", "application/octet-stream", "image/tiff"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "a.heic", "", "image/heic"),
    (b"{\\rtf1 Hello}", "a.rtf", "application/msword", "application/rtf"),
    (files.office("word"), "a.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (files.office("xl"), "a.xlsx", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (files.office("ppt"), "a.pptx", "", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (files.open_document("text"), "a.odt", "", "application/vnd.oasis.opendocument.text"),
    (files.open_document("spreadsheet"), "a.ods", "", "application/vnd.oasis.opendocument.spreadsheet"),
    (files.OLE, "a.doc", "application/msword", "application/msword"),
    (files.OLE, "a.msg", "", "application/vnd.ms-outlook"),
    (b"Gr\xfc\xdfe, caf\xe9", "a.txt", "text/plain", "text/plain"),
    ("Grüße 日本 🙂".encode(), "a.md", "text/markdown", "text/plain"),
    ("Grüße".encode("utf-16"), "a.txt", "text/plain", "text/plain"),
    (b"name;sum\nAcme;3\n", "a.csv", "application/vnd.ms-excel", "text/csv"),
    (b"if a < b and <b> then", "notes.txt", "text/plain; charset=utf-8", "text/plain"),
]


@pytest.mark.parametrize(
    ("content", "name", "declared", "found"), KEPT, ids=[f"{k[1]}-{i}" for i, k in enumerate(KEPT)]
)
def test_what_is_kept_is_recognised_by_its_content(content, name, declared, found):
    inspected = inspect(upload(content, name, declared))
    assert (inspected.format.content_type, inspected.size) == (found, len(content))


def bomb() -> bytes:
    """40 MB of zeros in a few kilobytes, as an Office file."""
    return files.office("word", **{"word/media.bin": b"\0" * 40_000_000})


def lying_png(width: int, height: int) -> bytes:
    """A header that promises more pixels than anybody decodes."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in (body, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


HOSTILE = {
    "an executable as PDF": (b"MZ\x90\x00\x03" + b"\0" * 99, "a.pdf", "application/pdf", "unknown_format"),
    "a program as its own": (b"\x7fELF\x02\x01\x01" + b"\0" * 99, "a.bin", "", "unknown_format"),
    "HTML as PNG": (files.HTML, "a.png", "image/png", "active_content"),
    "HTML as itself": (files.HTML, "a.html", "text/html", "active_content"),
    "HTML behind a mark and spaces": (b"\xef\xbb\xbf \n\t" + files.HTML, "a.txt", "text/plain", "active_content"),
    "HTML in UTF-16": (files.HTML.decode().encode("utf-16"), "a.txt", "text/plain", "active_content"),
    "SVG with a script": (files.SVG, "a.svg", "image/svg+xml", "active_content"),
    "SVG as text": (b'<?xml version="1.0"?>' + files.SVG, "a.txt", "text/plain", "active_content"),
    "a macro": (files.office("word", **{"word/vbaProject.bin": b"x"}), "a.docx", "", "active_content"),
    "PDF as picture": (files.PDF, "a.png", "image/png", "extension_mismatch"),
    "a picture as PDF": (files.PNG, "a.pdf", "application/pdf", "extension_mismatch"),
    "two endings": (files.PDF, "a.pdf.exe", "", "extension_mismatch"),
    "no ending": (files.PDF, "contract", "", "extension_mismatch"),
    "another type declared": (files.PDF, "a.pdf", "image/png", "declared_type_mismatch"),
    "declared as a page": (b"plain", "a.txt", "text/html", "declared_type_mismatch"),
    "GIF that is a script": (b"GIF89a/*" + files.HTML, "a.gif", "", "polyglot_file"),
    "JPEG with a page in its comment": (files.JPEG[:2] + b"\xff\xfe\x00\x20<script>alert(1)</script>" + files.JPEG[2:],
                                        "a.jpg", "", "polyglot_file"),
    "GIF that is a ZIP": (files.GIF + files.packed({"a.class": b"x"}), "a.gif", "", "polyglot_file"),
    "PDF that is a ZIP": (files.PDF + files.packed({"a.class": b"x"}), "a.pdf", "", "polyglot_file"),
    "PNG that is a PDF": (files.PNG[:8] + b"\0" * 20 + files.PDF, "a.png", "", "polyglot_file"),
    "ZIP with a page before it": (b"PK\x03\x04" + files.HTML + files.office("word"), "a.docx", "", "polyglot_file"),
    "ZIP with a page in its comment": (files.packed({"[Content_Types].xml": b"", "word/d": b""}, files.HTML), "a.docx",
                                       "", "polyglot_file"),
    "a bare ZIP": (files.packed({"a.txt": b"x"}), "a.zip", "application/zip", "unknown_format"),
    "a JAR as DOCX": (files.packed({"META-INF/MANIFEST.MF": b"x"}), "a.docx", "", "unknown_format"),
    "a ZIP bomb": (bomb(), "a.docx", "", "archive_bomb"),
    "a part that leads out": (files.office("word", **{"../../etc/passwd": b"x"}), "a.docx", "", "unsafe_archive"),
    "a part with a drive": (files.office("word", **{"C:/x": b"x"}), "a.docx", "", "unsafe_archive"),
    "a cut archive": (files.office("word")[:-30], "a.docx", "", "damaged_file"),
    "a cut picture": (files.PNG[:20], "a.png", "", "damaged_file"),
    "a picture of many pixels": (lying_png(60_000, 60_000), "a.png", "", "image_too_large"),
    "UTF-16 without a mark": ("secret".encode("utf-16-le"), "a.txt", "text/plain", "unknown_format"),
    "NULs far behind": (b"a" * 100_000 + b"\0", "a.txt", "text/plain", "unknown_format"),
    "nothing": (b"", "a.txt", "text/plain", "empty_file"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_is_refused_with_a_reason(case):
    content, name, declared, code = case
    with pytest.raises(Invalid) as refusal:
        inspect(upload(content, name, declared))
    assert [(one["field"], one["code"]) for one in refusal.value.details] == [("file", code)]


@pytest.mark.parametrize("name", ["a\x00.pdf", "a\u202efdp.exe.pdf", " a.pdf", "..", "a\n.pdf"])
def test_a_name_that_deceives_is_refused(name):
    file = upload()
    file._name = name  # what Django would have repaired
    with pytest.raises(Invalid) as refusal:
        inspect(file)
    assert refusal.value.details[0]["code"] == "unsafe_file_name"


def test_a_long_name_is_refused_by_its_bytes_and_not_cut():
    assert inspect(upload(name="ü" * 120 + ".pdf")).file_name == "ü" * 120 + ".pdf"
    file = upload()
    file._name = "ü" * 126 + ".pdf"
    with pytest.raises(Invalid) as refusal:
        inspect(file)
    assert refusal.value.details[0]["code"] == "file_name_too_long"


def test_the_limit_on_size_is_exact(settings):
    settings.DOCUMENT_LARGEST_BYTES = len(files.PDF)
    assert inspect(upload()).size == len(files.PDF)
    with pytest.raises(TooLarge):
        inspect(upload(files.PDF + b"\n"))


@given(st.binary(max_size=300), st.sampled_from([one[0][:12] for one in KEPT]), st.sampled_from([k[1] for k in KEPT]))
def test_no_bytes_whatever_bring_it_down(content, head, name):
    for body in (content, head + content):
        with suppress(Invalid):
            assert inspect(upload(body, name)).size == len(body)
