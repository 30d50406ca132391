"""What may be kept, and how it is recognised: by what the file begins with, never by what it is called."""

from dataclasses import dataclass

OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
ZIP_HEAD, OLE_HEAD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """`declared`: what browsers call it besides `content_type`. `pillow` is the name of the decoder of an image."""

    content_type: str
    extensions: tuple[str, ...]
    declared: tuple[str, ...] = ()
    pillow: str = ""

    @property
    def name(self) -> str:
        return self.extensions[0].upper()


PDF = Format("application/pdf", ("pdf",), ("application/x-pdf",))
PNG = Format("image/png", ("png",), ("image/x-png",), "PNG")
JPEG = Format("image/jpeg", ("jpg", "jpeg", "jpe"), ("image/jpg", "image/pjpeg"), "JPEG")
GIF = Format("image/gif", ("gif",), (), "GIF")
WEBP = Format("image/webp", ("webp",), (), "WEBP")
TIFF = Format("image/tiff", ("tif", "tiff"), (), "TIFF")
HEIC = Format("image/heic", ("heic", "heif"), ("image/heif",))
RTF = Format("application/rtf", ("rtf",), ("text/rtf", "application/msword"))
DOCX = Format(f"{OPEN_XML}wordprocessingml.document", ("docx",))
XLSX = Format(f"{OPEN_XML}spreadsheetml.sheet", ("xlsx",))
PPTX = Format(f"{OPEN_XML}presentationml.presentation", ("pptx",))
ODT = Format(f"{OPEN_DOCUMENT}text", ("odt",))
ODS = Format(f"{OPEN_DOCUMENT}spreadsheet", ("ods",))
ODP = Format(f"{OPEN_DOCUMENT}presentation", ("odp",))
DOC = Format("application/msword", ("doc",))
XLS = Format("application/vnd.ms-excel", ("xls",))
PPT = Format("application/vnd.ms-powerpoint", ("ppt",))
MSG = Format("application/vnd.ms-outlook", ("msg",))
TEXT = Format("text/plain", ("txt", "md", "log"), ("text/markdown", "text/x-markdown"))
CSV = Format("text/csv", ("csv",), ("text/plain", "application/csv", "application/vnd.ms-excel"))

OLE = (DOC, XLS, PPT, MSG)
TEXTS = (TEXT, CSV)
# The folder in the archive that says which of Microsoft's it is; the `mimetype` member says which of OASIS's.
BY_FOLDER = {"word/": DOCX, "xl/": XLSX, "ppt/": PPTX}
BY_MIMETYPE = {one.content_type: one for one in (ODT, ODS, ODP)}
FORMATS = (PDF, PNG, JPEG, GIF, WEBP, TIFF, HEIC, RTF, *BY_FOLDER.values(), *BY_MIMETYPE.values(), *OLE, *TEXTS)
NAMES = ", ".join(one.name for one in FORMATS)
ACCEPT = ",".join(f".{extension}" for one in FORMATS for extension in one.extensions)
BY_TYPE = {one.content_type: one for one in FORMATS}
# What a browser says when it does not know.
UNDECLARED = {"", "application/octet-stream", "binary/octet-stream", "application/x-download"}

_BEGINNINGS: tuple[tuple[int, bytes, Format], ...] = (
    (0, b"%PDF-", PDF),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (8, b"WEBP", WEBP),
    (0, b"II*\x00", TIFF),
    (0, b"MM\x00*", TIFF),
    *((4, b"ftyp" + brand, HEIC) for brand in (b"heic", b"heix", b"mif1", b"msf1")),
    (0, b"{\\rtf", RTF),
)


def beginning_with(head: bytes) -> Format | None:
    """The format whose mark stands at the very beginning; archives, OLE files and text have no mark of their own."""
    return next((one for at, mark, one in _BEGINNINGS if head[at : at + len(mark)] == mark), None)
