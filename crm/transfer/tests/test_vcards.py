"""Cards of several programs and versions, as the rows they become."""

import io

import pytest

from crm.transfer.cards import headings, row_of
from crm.transfer.errors import FileRefused
from crm.transfer.vcards import is_vcard, read_cards

OLD_PHONE = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Dr.
TEL;WORK;VOICE:+49 30 1234567
TEL;CELL;PREF:+49 170 1234567
NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zeile 1=0D=0AZeile =
=C3=A4 2
ORG:M\\;M;Einkauf
PHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ
 SkZJRgABAQ

END:VCARD
"""
MACINTOSH = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14//EN
N:Berg;Åsa;Lena;;
FN:Åsa Lena Berg
ORG:Berg AB;
item1.EMAIL;type=INTERNET;type=pref:asa@berg.example
item1.X-ABLabel:_$!<Work>!$_
EMAIL;type=HOME:asa@home.example
item2.ADR;type=WORK:;;Storgatan 1\\, 2 tr;Umeå;;012 34;Sweden
URL:https://www.linkedin.com/in/aasa
NOTE:A long no
 te\\, folded\\nand broken
BDAY;X-APPLE-OMIT-YEAR=1604:1604-10-15
CATEGORIES:Press,Friends
X-UNKNOWN:kept quiet
END:VCARD
"""
MODERN = """BEGIN:VCARD
VERSION:4.0
FN:Only Displayed
TEL;VALUE=uri;TYPE="cell,voice":tel:+46-70-123-45-67
ADR;TYPE=work;LABEL="Road; 1: first":;;Road 1;Lund;;22222;SE
BDAY:19850412
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
PHOTO:data:image/png;base64,iVBORw0KGgo=
END:VCARD
"""


def cards(content: str | bytes, encoding: str = "") -> list[dict[str, str]]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return [{name: value for name, value in row_of(card).items() if value} for card in read_cards(file, encoding)]


def test_an_old_phone():
    assert cards(OLD_PHONE) == [
        {
            "Name Prefix": "Dr.",
            "First Name": "Jörg",
            "Last Name": "Müller",
            "Organization Name": "M;M",
            "Organization Department": "Einkauf",
            "Phone 1 - Label": "Mobile",
            "Phone 1 - Value": "+49 170 1234567",
            "Phone 2 - Label": "Work",
            "Phone 2 - Value": "+49 30 1234567",
            "Notes": "Zeile 1\nZeile ä 2",
        }
    ]


def test_an_address_book_of_a_macintosh():
    [card] = cards(MACINTOSH.replace("\n", "\r\n"))
    assert (card["E-mail 1 - Label"], card["E-mail 1 - Value"]) == ("Work", "asa@berg.example")
    assert (card["E-mail 2 - Label"], card["LinkedIn"]) == ("Home", "https://www.linkedin.com/in/aasa")
    assert card["Notes"] == "A long note, folded\nand broken\n\nBirthday: --10-15"
    assert (card["Address 1 - Street"], card["Address 1 - Postal Code"]) == ("Storgatan 1, 2 tr", "012 34")
    assert card["Labels"] == "Press, Friends" or card["Labels"] == "Press,Friends"


def test_version_4():
    [card] = cards(MODERN)
    assert (card["Full Name"], card["Birthday"]) == ("Only Displayed", "1985-04-12")
    assert (card["Phone 1 - Label"], card["Phone 1 - Value"]) == ("Mobile", "+46-70-123-45-67")
    assert card["UID"] == "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1" and card["Address 1 - City"] == "Lund"


def test_a_fold_inside_a_letter_is_closed():
    content = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:M\xc3\r\n \xbcller\r\nEND:VCARD\r\n"
    assert cards(content) == [{"Full Name": "Müller"}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding):
    content = MACINTOSH.encode(encoding)
    assert is_vcard(content[:100]) and cards(content)[0]["Last Name"] == "Berg"


def test_an_encoding_nobody_names_is_asked_for():
    content = MACINTOSH.encode("cp1252")
    with pytest.raises(FileRefused) as refusal:
        cards(content)
    assert refusal.value.code == "unknown_encoding"
    assert cards(content, "cp1252")[0]["First Name"] == "Åsa"


def test_headings_grow_with_what_the_cards_have():
    content = OLD_PHONE + MACINTOSH + MODERN
    found = headings(read_cards(io.BytesIO(content.encode())))
    assert [name for name in found if name.startswith(("E-mail", "Phone"))] == [
        *("E-mail 1 - Label", "E-mail 1 - Value", "E-mail 2 - Label", "E-mail 2 - Value"),
        *("Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("BEGIN:VCARD\nFN:x\nBEGIN:VCARD\nEND:VCARD\n", "damaged_card"),
        ("BEGIN:VCARD\nFN:x\n", "damaged_card"),
        ("BEGIN:VCARD\nFN:x\nEND:VCARD\nstray\n", "damaged_card"),
        (f"BEGIN:VCARD\nNOTE:{'x' * 300_000}\nEND:VCARD\n", "row_too_large"),
        ("BEGIN:VCARD\nFN;CHARSET=KLINGON:x\nEND:VCARD\n", "unknown_encoding"),
        ("BEGIN:VCARD\n" + "FN:x\n" * 1_001 + "END:VCARD\n", "damaged_card"),
    ],
)
def test_what_is_no_card_is_refused_with_a_reason(content, code):
    with pytest.raises(FileRefused) as refusal:
        cards(content)
    assert refusal.value.code == code


def test_a_picture_of_many_megabytes_is_passed_over():
    content = f"BEGIN:VCARD\nFN:x\nPHOTO;ENCODING=b:{'A' * 5_000_000}\nEMAIL:x@x.example\nEND:VCARD\n"
    assert cards(content) == [{"Full Name": "x", "E-mail 1 - Value": "x@x.example"}]
