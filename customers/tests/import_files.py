"""Files as other programs write them, with rows made up here."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.core.actor import Actor
from crm.outbox.draining import drain
from crm.transfer import services
from crm.transfer.driving import IMPORTS
from crm.transfer.models import ImportRun

HUBSPOT_CONTACTS = (
    *("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Lead Status"),
    *("Create Date", "Last Modified Date", "Lifecycle Stage", "Associated Company", "Associated Deal IDs"),
)


def as_csv(headers: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue()


def hubspot_contact(number: int, **changes: str) -> list[str]:
    row = {
        "Record ID": f"{351000000000 + number}",
        "First Name": f"Nora{number}",
        "Last Name": f"Lindqvist{number}",
        "Email": f"nora.{number}@lindqvist.example",
        "Phone Number": f"+49 30 {1000000 + number}",
        "Contact owner": "Olive Owner",
        "Lead Status": "Open",
        "Create Date": "2020-01-10 10:00",
        "Last Modified Date": "2020-02-10 10:00",
        "Lifecycle Stage": "Lead",
        "Associated Company": f"Lindqvist {number % 50} AB",
        "Associated Deal IDs": "8001;8002",
    }
    return list({**row, **changes}.values())


def uploaded(content: str | bytes, name: str = "export.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def import_text(actor: Actor, content: str | bytes, prepare: dict[str, Any] | None = None, **options: Any) -> ImportRun:
    """Uploads, maps as `prepare` says, starts and runs to the end."""
    run = services.import_create(actor, uploaded(content), **options)
    if prepare:
        services.import_map(actor, run.pk, **prepare)
    services.import_start(actor, run.pk)
    run = services.import_step(actor, run, seconds=60)
    return run


def undone(actor: Actor, run: ImportRun) -> ImportRun:
    services.import_undo(actor, run.pk)
    drain(kinds=[IMPORTS.kind])
    run.refresh_from_db()
    assert run.state == "undone", run.fault
    return run
