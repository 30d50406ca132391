"""Files that mean harm, or are none that come in: refused with a reason, nothing left on disk or in the database."""

import io
import zipfile

import pytest

from crm.core.errors import CrmError
from crm.transfer import services, workbooks
from crm.transfer.models import ImportRun
from crm.transfer.tests.workbook_files import INDEX, MAIN, number, text, workbook
from customers.models import Contact, Customer
from customers.tests.import_files import import_text, uploaded
from customers.tree import LEVELS

pytestmark = pytest.mark.django_db

HEADER = b"First name,Last name,Email\n"
BOMB = f'<!DOCTYPE b [<!ENTITY a "{"x" * 100}"><!ENTITY c "{"&a;" * 100}">]><worksheet {MAIN}><sheetData/></worksheet>'


def archive(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def lying(content: bytes) -> bytes:
    """Declares one byte for each part, whatever it holds."""
    file = bytearray(content)
    at = file.find(b"PK\x01\x02")
    while at >= 0:
        file[at + 24 : at + 28] = (1).to_bytes(4, "little")
        at = file.find(b"PK\x01\x02", at + 4)
    return bytes(file)


def locked(content: bytes) -> bytes:
    """Says of its parts that they are encrypted."""
    file = bytearray(content)
    for sign, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = file.find(sign)
        while at >= 0:
            file[at + offset] |= 1
            at = file.find(sign, at + 4)
    return bytes(file)


GOOD = [[text("First name"), text("Last name")], [text("A"), text("B")]]
WIDE = [[text("x") for _ in range(600)]]

HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty_file"),
    "a picture with a table behind it": (b"\x89PNG\r\n\x1a\n" + HEADER + b"a,b,a@x.example\n", "not_a_table"),
    "a page that is also a table": (b"<html><script>alert(1)</script>,x,y\n", "not_a_table"),
    "a drawing": (b'\xef\xbb\xbf  <svg xmlns="x" onload="alert(1)"/>', "not_a_table"),
    "a program": (b"MZ\x90\x00\x03,a,b\n", "not_a_table"),
    "a PDF with rows": (b"%PDF-1.7\na,b,c\n", "not_a_table"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "not_a_table"),
    "a gzip": (b"\x1f\x8b\x08\x00" + b"\x00" * 50, "not_a_table"),
    "bytes of no encoding": (b"a,b\n\xff\x01\x02\xfe,\x80\n", "not_text"),
    "UTF-16 cut in half a letter": (b"\xff\xfea\x00b\x00c", "not_text"),
    "NUL in the header": (b"First\x00 name,Last name\nx,y\n", "nul_character"),
    "a quotation mark never closed": (b'"First name,Last name\n' + b"a,b\n" * 5_000, "unclosed_quote"),
    "400,000 columns": (b"a," * 400_000 + b"\n", "too_many_columns"),
    "a thousand named columns": (",".join(f"c{n}" for n in range(1_000)).encode() + b"\n", "too_many_columns"),
    "a header of 10 MB": (b"a," + b"x" * 10_000_000 + b"\n", "row_too_large"),
    "an archive of tables": (archive(Account__csv=HEADER), "not_a_table"),
    "an archive that climbs": (
        workbook(GOOD, {"../../etc/passwd": b"x"}),
        "not_a_table",
    ),
    "an archive with an absolute name": (workbook(GOOD, {"/etc/passwd": b"x"}), "not_a_table"),
    "a workbook cut off": (workbook(GOOD)[:-40], "damaged_workbook"),
    "a workbook that lies about its sizes": (lying(workbook(GOOD)), "damaged_workbook"),
    "a workbook with a password": (locked(workbook(GOOD)), "damaged_workbook"),
    "a workbook without its sheet": (workbook(parts={"xl/worksheets/sheet1.xml": ""}), "damaged_workbook"),
    "a bomb of entities": (workbook(parts={"xl/worksheets/sheet1.xml": BOMB}), "not_a_table"),
    "entities in the index": (workbook(GOOD, {"xl/workbook.xml": "<!DOCTYPE a>" + INDEX}), "not_a_table"),
    "broken markup": (workbook(parts={"xl/worksheets/sheet1.xml": "<worksheet><row>"}), "damaged_workbook"),
    "a sheet of 600 columns": (workbook(WIDE), "too_many_columns"),
    "a cell of 10 MB in a sheet": (workbook([[text("a"), text("x" * 10_000_000)]]), "row_too_large"),
    "rows out of order": (
        workbook(parts={"xl/worksheets/sheet1.xml": f'<worksheet {MAIN}><row r="5"/><row r="2"/></worksheet>'}),
        "damaged_workbook",
    ),
    "a cell that is nowhere": (
        workbook(parts={"xl/worksheets/sheet1.xml": f'<worksheet {MAIN}><row r="1"><c r="9Z"/></row></worksheet>'}),
        "damaged_workbook",
    ),
    "a text that is not there": (workbook([['<c t="s"><v>7</v></c>']]), "damaged_workbook"),
    "a sheet with nothing in it": (workbook([]), "empty_file"),
    "a number that is none": (workbook([[number("x", 1)]]), "damaged_workbook"),
    "a card cut off": (b"BEGIN:VCARD\nFN:x\n", "damaged_card"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_reason_and_nothing_stays(name, as_actor, owner, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content, code = HOSTILE[name]
    with pytest.raises(CrmError) as refusal:
        services.import_create(as_actor(owner), uploaded(content, name), resource="contacts")
    assert refusal.value.code == code, refusal.value
    assert refusal.value.message and not ImportRun.objects.exists() and not Contact.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_zip_bomb_is_refused_before_it_unfolds(part, as_actor, owner, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(workbooks, "LARGEST_SHEET", 1 << 20)
    monkeypatch.setattr(workbooks, "LARGEST_PART", 1 << 20)
    content = workbook(GOOD, {part: b" " * ((1 << 20) + 1)})
    with pytest.raises(CrmError) as refusal:
        services.import_create(as_actor(owner), uploaded(content, "bomb.xlsx"), resource="contacts")
    assert refusal.value.code == "too_large_unpacked"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a" * 4_096 + ".csv", "a" * 255),
        ("x\x00y.csv", "x␀y.csv"),
    ],
)
def test_a_name_never_reaches_the_disk(name, shown, as_actor, owner, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    run = services.import_create(as_actor(owner), uploaded(HEADER, "x.csv"), name=name, resource="contacts")
    assert run.file_name == shown
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.csv")] == [f"imports/{run.pk}.csv"]


def test_utf_16_without_its_mark_waits_until_somebody_confirms(as_actor, owner):
    run = services.import_create(as_actor(owner), uploaded(HEADER.decode().encode("utf-16-le")), resource="contacts")
    assert (run.encoding, run.encoding_certain) == ("utf-16-le", False)
    with pytest.raises(CrmError):
        services.import_start(as_actor(owner), run.pk)


def test_a_file_without_a_row_goes_when_the_row_cannot_be_written(as_actor, owner, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(services, "record", _no_disk)
    with pytest.raises(OSError, match="No space"):
        services.import_create(as_actor(owner), uploaded(HEADER), resource="contacts")
    assert not ImportRun.objects.exists() and not [path for path in tmp_path.rglob("*") if path.is_file()]


def _no_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_circle_of_hundreds_and_an_endless_chain_cost_ten_readings_at_most(as_actor, owner):
    """Each row of the circle stays out, and so does what is too deep: none is half written."""
    circle = [f"C{number},C{(number + 1) % 300}" for number in range(300)]
    chain = [f"D{number},D{number + 1}" for number in range(300)]
    content = "\n".join(["Name,Parent company", *circle, *chain]) + "\n"
    run = import_text(as_actor(owner), content, resource="customers")
    assert (run.rounds, run.created_count, run.failed_count) == (LEVELS, LEVELS, 600 - LEVELS)
    assert Customer.objects.filter(name__startswith="C").count() == 0
    assert {row.reasons[0]["code"] for row in run.rows.filter(status="failed")} == {"cycle", "too_deep"}
