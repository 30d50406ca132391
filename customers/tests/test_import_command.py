"""`manage.py import_records`: counts, reasons, exit codes."""

import pytest
from django.core.management import CommandError, call_command

from crm.transfer.models import ImportRun
from customers.models import Contact
from customers.tests.import_files import HUBSPOT_CONTACTS, as_csv, hubspot_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(tmp_path, owner):
    path = tmp_path / "contacts.csv"
    path.write_text(as_csv(HUBSPOT_CONTACTS, [hubspot_contact(1), hubspot_contact(2, Email="nonsense")]))
    return path


def test_it_prints_counts_and_reasons_and_fails_when_rows_failed(export, capsys, owner):
    with pytest.raises(CommandError) as end:
        call_command("import_records", export, team="North")
    out = capsys.readouterr().out
    assert end.value.returncode == 1
    assert "line 3: failed: email: Enter a valid email address." in out
    assert "created: 1, updated: 0, skipped: 0, failed: 1" in out
    assert Contact.objects.get().owner == owner


def test_a_dry_run_keeps_nothing(export, capsys):
    with pytest.raises(CommandError):
        call_command("import_records", export, dry_run=True)
    assert "would be created: 1" in capsys.readouterr().out
    assert Contact.objects.count() == ImportRun.objects.count() == 0


def test_all_is_well_when_nothing_failed_and_updating_is_asked_for(tmp_path, owner, capsys):
    path = tmp_path / "contacts.csv"
    path.write_text("first_name,last_name,email\nÅsa,Berg,a@x.example\n")
    call_command("import_records", path, user=owner.email)
    call_command("import_records", path, user=owner.email)
    path.write_text("first_name,last_name,email\nÅsa,Bergman,a@x.example\n")
    call_command("import_records", path, user=owner.email, update=True)
    assert "created: 0, updated: 1, skipped: 0, failed: 0" in capsys.readouterr().out
    assert Contact.objects.get().last_name == "Bergman"


def test_an_uncertain_encoding_is_asked_not_guessed(tmp_path, owner, capsys):
    path = tmp_path / "contacts.csv"
    path.write_bytes("first_name,last_name\nÅsa,Bäck\n".encode("cp1252"))
    with pytest.raises(CommandError, match="encoding") as end:
        call_command("import_records", path, resource="contacts")
    assert end.value.returncode == 2 and ImportRun.objects.count() == 0
    call_command("import_records", path, resource="contacts", encoding="cp1252")
    assert str(Contact.objects.get()) == "Åsa Bäck"


@pytest.mark.parametrize("options", [{"team": "Nowhere"}, {"user": "nobody@x.example"}])
def test_an_unknown_team_or_person_is_refused(options, export):
    with pytest.raises(CommandError):
        call_command("import_records", export, **options)
