"""Office files are ZIP archives: which one it is, and whether it would burst or escape when somebody unpacks it."""

import zipfile
from collections.abc import Iterable
from typing import IO

from crm.core.errors import Invalid, invalid_field
from customers.documents.formats import BY_FOLDER, BY_MIMETYPE, Format

MOST_MEMBERS = 10_000
LARGEST_UNPACKED = 1_000_000_000
# Text packs well: a ratio says something only about what is large.
UNSUSPICIOUS, HIGHEST_RATIO = 20_000_000, 100
LONGEST_MIMETYPE = 100


def office_format(file: IO[bytes], size: int) -> Format | None:
    """Nothing is unpacked but the `mimetype` member.

    Raises Invalid: `damaged_file`, `archive_bomb`, `unsafe_archive`, `polyglot_file`, `active_content`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _refuse_bombs(members, size)
            _refuse_escapes(members)
            _refuse_hidden(archive, members)
            return _by_content(archive, members)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        raise damaged() from None


def damaged() -> Invalid:
    return invalid_field("file", "The file is damaged or incomplete.", "damaged_file")


def _refuse_bombs(members: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(one.file_size for one in members)
    # Overlapping members count the same bytes more than once.
    is_overlapping = sum(one.compress_size for one in members) > size
    is_bursting = unpacked > UNSUSPICIOUS and unpacked > HIGHEST_RATIO * size
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or is_overlapping or is_bursting:
        raise invalid_field("file", "Unpacked, this file would grow out of all proportion.", "archive_bomb")


def _refuse_escapes(members: Iterable[zipfile.ZipInfo]) -> None:
    for one in members:
        name = one.orig_filename
        if "\x00" in name or name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
            raise invalid_field("file", "The file has parts that lead out of it.", "unsafe_archive")


def _refuse_hidden(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """What stands before the first member or in the comment is another file's place."""
    if archive.comment or min((one.header_offset for one in members), default=0) != 0:
        raise invalid_field("file", "The file is two formats at once.", "polyglot_file")
    if any(one.filename.endswith("vbaProject.bin") for one in members):
        raise invalid_field("file", "Files with macros are not kept. Save it without them.", "active_content")


def _by_content(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Format | None:
    names = {one.filename: one for one in members}
    if "[Content_Types].xml" in names:
        return next(
            (found for folder, found in BY_FOLDER.items() if any(one.startswith(folder) for one in names)), None
        )
    kind = names.get("mimetype")
    if kind is None or kind.file_size > LONGEST_MIMETYPE:
        return None
    return BY_MIMETYPE.get(archive.read(kind).decode("ascii", "replace").strip())
