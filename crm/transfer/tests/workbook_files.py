"""Workbooks written part by part, so that each test can say exactly what is in the file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
INDEX = f'<workbook {MAIN} xmlns:r="{LINKS}"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>'
# 1: a day, 2: a day with its time, 3: five digits, 4: a time, 5: percent, 6: groups of digits
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165"'
    ' formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="[$-407]000\\-000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="164"/><xf numFmtId="21"/>'
    '<xf numFmtId="9"/><xf numFmtId="166"/></cellXfs></styleSheet>'
)
DAY, MOMENT, FIVE_DIGITS, TIME, PERCENT, GROUPS = range(1, 7)


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as `text` and `number` write them."""
    body = "".join(f'<row r="{line}">{"".join(cells)}</row>' for line, cells in enumerate(rows, 1))
    return f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"


def workbook(rows: Sequence[Sequence[str]] = (), parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """`parts` replace or add files inside; an empty one is left out."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": INDEX,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet(rows),
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            if part:
                archive.writestr(name, part)
    return file.getvalue()
