"""Each kind of file, read again by something that is not ours."""

import io
import json
import re
import subprocess
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from crm.transfer.exports import services
from crm.transfer.exports.vcard import folded
from crm.transfer.exports.xlsx_file import CELLS
from customers.models import Contact, Customer
from tests.services import libreoffice

pytestmark = pytest.mark.django_db
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def taken(settings: Any, tmp_path: Any, manager: Any, as_actor: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path

    def take(resource: str, form: str, **order: Any) -> bytes:
        export = services.export_create(as_actor(manager), resource=resource, format=form, **order)
        assert export.state == "done", export.fault
        with export.file.open("rb") as file:
            return bytes(file.read())

    return take


def cells(content: bytes, sheet: int = 1) -> list[list[tuple[str, str]]]:
    """(type, text) of each cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [
        [(cell.get("t", ""), "".join(cell.itertext())) for cell in row.iter(f"{MAIN}c")]
        for row in root.iter(f"{MAIN}row")
    ]


def test_a_workbook_types_texts_numbers_days_and_moments(taken, north):
    at = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    Contact.objects.create(last_name="=1+1", birthdate=date(1999, 12, 31), created_at=at, team=north, do_not_call=True)
    columns = ["last_name", "birthdate", "created_at", "do_not_call", "email"]
    header, row = cells(taken("contacts", "xlsx", columns=columns))
    assert [text for _type, text in header] == columns
    assert row == [("inlineStr", "=1+1"), ("", "36525"), ("", "46085.5000000000"), ("b", "1"), ("", "")]


def test_a_workbook_keeps_what_xml_and_numbers_would_lose(taken, north):
    Customer.objects.create(name="<b>&_x0041_", description="a\rb\x0b 007", team=north)
    _header, row = cells(taken("customers", "xlsx", columns=["name", "description"]))
    assert [text for _type, text in row] == ["<b>&_x005F_x0041_", "a_x000D_b_x000B_ 007"]
    assert "inlineStr" in CELLS["number"](Decimal("1234567890123456.78")) and "<v>1.50<" in CELLS["number"](
        Decimal("1.50")
    )


def test_a_text_longer_than_a_cell_is_cut_and_said(taken, north, sign_in, manager):
    Customer.objects.create(name="Long", description="x" * 40_000, team=north)
    _header, row = cells(taken("customers", "xlsx", columns=["description"]))
    assert len(row[0][1]) == 32_767
    export = services.Export.objects.get()
    assert export.manifest["remarks"] == {"cut_cells": 1}
    assert "was cut" in sign_in(manager).get(f"/exports/{export.pk}/").content.decode()
    assert b"x" * 40_000 in taken("customers", "csv", columns=["description"])


def test_rows_past_the_end_of_a_sheet_go_to_the_next(taken, north, monkeypatch):
    monkeypatch.setattr("crm.transfer.exports.xlsx_file.ROWS_A_SHEET", 3)
    Contact.objects.bulk_create(Contact(last_name=f"L{n}", team=north) for n in range(5))
    content = taken("contacts", "xlsx", columns=["last_name"])
    found = [[row[0][1] for row in cells(content, sheet)] for sheet in (1, 2, 3)]
    assert found == [["last_name", "L0", "L1"], ["last_name", "L2", "L3"], ["last_name", "L4"]]


@pytest.mark.libreoffice
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_libreoffice_opens_it_and_runs_no_formula(taken, north, tmp_path, form):
    for name in ("=1+1", "+1+1", "@SUM(1)", "-1+1", "=HYPERLINK(1)"):
        Contact.objects.create(last_name=name, team=north)
    path = tmp_path / f"people.{form}"
    path.write_bytes(taken("contacts", form, columns=["last_name"]))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [str(libreoffice()), home, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shown = (tmp_path / "people.fods").read_text()
    assert "table:formula" not in shown and "=1+1" in shown


def test_lines_of_json_hold_types(taken, anna, acme):
    record = json.loads(taken("contacts", "jsonl"))
    assert record["id"] == str(anna.pk) and record["customer"] == "Acme" and record["birthdate"] is None
    assert record["do_not_call"] is False and record["created_at"].endswith("Z")
    assert json.loads(taken("customers", "jsonl", columns=["labels"])) == {"labels": []}


def test_cards_escape_fold_and_name(taken, anna):
    text = "one, two; three\\four\n" + "ü" * 60
    Contact.objects.filter(pk=anna.pk).update(
        description=text,
        phone="+49301234567;ext=5",
        street="Hauptstr. 1, Hof",
        city="Berlin",
        birthdate=date(1990, 5, 1),
    )
    old = taken("contacts", "vcard3").decode()
    assert old.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Arendt\r\nN:Arendt;Anna;;;\r\nORG:Acme\r\n")
    assert all(len(line.encode()) <= 75 for line in old.split("\r\n"))
    lines = re.sub("\r\n ", "", old).split("\r\n")
    assert "NOTE:one\\, two\\; three\\\\four\\n" + "ü" * 60 in lines
    assert "ADR;TYPE=work:;;Hauptstr. 1\\, Hof;Berlin;;;" in lines and "BDAY:1990-05-01" in lines
    assert "TEL;TYPE=WORK,VOICE:+49301234567\\;ext=5" in lines
    new = taken("contacts", "vcard4").decode()
    assert 'TEL;VALUE=uri;TYPE="voice,work":tel:+49301234567;ext=5' in new and "BDAY:19900501" in new
    assert f"UID:urn:uuid:{anna.pk}" in new and new.endswith("END:VCARD\r\n")


def test_a_card_holds_the_columns_that_were_chosen(taken, anna):
    assert "EMAIL" not in taken("contacts", "vcard4", columns=["first_name", "last_name"]).decode()


def test_only_people_become_cards(manager, api):
    answer = api(manager).post("exports", {"resource": "customers", "format": "vcard4"})
    assert answer.status_code == 422


@pytest.mark.parametrize("line", ["a" * 75, "a" * 76, "ü" * 200, "👩" * 50])
def test_folding_loses_nothing(line):
    data = folded(line)
    assert data.replace(b"\r\n ", b"").decode() == line + "\r\n"
    assert all(len(part) <= 75 for part in data.split(b"\r\n")) and all(
        part.decode() for part in data.split(b"\r\n")[:-1]
    )
