"""Duplicates, updates, links, encodings, rights and interruptions: an import obeys the rules of typing by hand."""

from uuid import uuid4

import pytest

from auditlog.models import AuditEvent
from crm.core.errors import CrmError, Forbidden, Invalid
from crm.transfer import running, services
from crm.transfer.errors import Busy
from crm.transfer.leasing import leased
from crm.transfer.models import ImportRun, ImportState
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, import_text, uploaded

pytestmark = pytest.mark.django_db
HEADERS = ["external_id", "first_name", "last_name", "email", "title", "company"]


def people(count: int, **last: str) -> str:
    return as_csv(HEADERS, [[f"{n}", "Per", f"Berg{n}", f"per{n}@x.example", "", ""] for n in range(count)])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["7", "Eva", "New", "", "", ""], "duplicate"),
        (["", "Eva", "New", "EVA@x.example", "", ""], "duplicate"),
    ],
)
def test_a_record_that_is_already_here_is_skipped_and_named(row, code, as_actor, owner, north):
    Contact.objects.create(team=north, owner=owner, external_id="7", last_name="Old", email="eva@x.example")
    run = import_text(as_actor(owner), as_csv(HEADERS, [row]))
    assert (run.skipped_count, run.created_count) == (1, 0)
    assert run.rows.get().reasons[0]["code"] == code and "Old" in run.rows.get().reasons[0]["message"]


def test_a_row_that_repeats_another_of_the_file_is_skipped_with_that_ones_line(as_actor, owner):
    rows = [["", "A", "One", "same@x.example", "", ""], ["", "B", "Two", "SAME@x.example", "", ""]]
    run = import_text(as_actor(owner), as_csv(HEADERS, rows))
    assert (run.created_count, run.skipped_count) == (1, 1)
    assert run.rows.get().reasons[0]["message"] == "Line 2 has the same e-mail address."


def test_updating_fills_in_what_the_file_has_and_keeps_the_rest(as_actor, owner, north):
    old = Contact.objects.create(
        team=north, owner=owner, external_id="7", last_name="Old", title="Boss", email="eva@x.example"
    )
    rows = [["7", "Eva", "New", "", "", ""], ["8", "Bo", "Ek", "", "", ""]]
    run = import_text(as_actor(owner), as_csv(HEADERS, rows), prepare={"mode": "both"})
    assert (run.created_count, run.updated_count) == (1, 1)
    old.refresh_from_db()
    assert (old.first_name, old.last_name, old.title, old.version) == ("Eva", "New", "Boss", 2)
    event = AuditEvent.objects.get(action="contacts.updated")
    assert event.trace_id == run.trace_of_run and '"last_name":["Old","New"]' in event.changes
    again = import_text(as_actor(owner), as_csv(HEADERS, rows), prepare={"mode": "both"})
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 2)


def test_a_later_row_about_the_same_record_is_applied_after_the_first(as_actor, owner):
    rows = [["7", "Eva", "First", "", "", ""], ["7", "Eva", "Second", "", "", ""]]
    run = import_text(as_actor(owner), as_csv(HEADERS, rows), prepare={"mode": "both"})
    assert (run.created_count, run.updated_count) == (1, 1)
    assert Contact.objects.get().last_name == "Second"


def test_updating_only_adds_nothing(as_actor, owner):
    run = import_text(as_actor(owner), people(2), prepare={"mode": "update"})
    assert (run.skipped_count, Contact.objects.count()) == (2, 0)


def test_a_company_named_twice_among_customers_is_not_guessed(as_actor, owner, north):
    for _ in range(2):
        Customer.objects.create(name="Twin", team=north, owner=owner)
    run = import_text(as_actor(owner), as_csv(HEADERS, [["1", "A", "B", "", "", "Twin"]]))
    assert Contact.objects.get().customer is None
    assert run.rows.get().reasons[0]["code"] == "ambiguous_link"


def test_a_company_of_another_team_is_not_used(as_actor, owner, south):
    Customer.objects.create(name="Theirs", team=south)
    import_text(as_actor(owner), as_csv(HEADERS, [["1", "A", "B", "", "", "Theirs"]]))
    contact = Contact.objects.select_related("customer").get()
    assert contact.customer.team_id == contact.team_id


def test_missing_companies_are_left_alone_when_that_is_chosen(as_actor, owner):
    options = {"options": {"create_links": False}}
    run = import_text(as_actor(owner), as_csv(HEADERS, [["1", "A", "B", "", "", "Nowhere"]]), prepare=options)
    assert Customer.objects.count() == 0 and run.rows.get().reasons[0]["code"] == "unknown_link"


def test_an_unknown_owner_is_noted_and_the_importing_person_owns(as_actor, owner, teammate, outsider):
    rows = [["A", "Tom Teammate"], ["B", "outsider@south.example"], ["C", ""]]
    run = import_text(as_actor(owner), as_csv(["last_name", "owner"], rows), resource="contacts")
    owners = dict(Contact.objects.values_list("last_name", "owner__email"))
    assert owners == {"A": teammate.email, "B": owner.email, "C": owner.email}
    assert [row.line for row in run.rows.all()] == [3]


def test_a_file_in_windows_1252_waits_for_a_person_to_confirm(as_actor, owner):
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded("first_name,last_name\nÅsa,Bäck\n".encode("cp1252")))
    with pytest.raises(Invalid) as refusal:
        services.import_start(actor, run.pk)
    assert refusal.value.details[0]["field"] == "encoding"
    services.import_map(actor, run.pk, encoding="cp1252")
    services.import_start(actor, run.pk)
    services.import_step(actor, run, seconds=9)
    assert str(Contact.objects.get()) == "Åsa Bäck"


def test_dates_that_could_be_either_order_wait_for_a_choice(as_actor, owner):
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded("last_name,birthdate,email\nBäck,03/04/1990,a@x.example\n"))
    with pytest.raises(Invalid) as refusal:
        services.import_start(actor, run.pk)
    assert refusal.value.details[0]["field"] == "date_order"
    services.import_map(actor, run.pk, options={"date_order": "dmy"})
    services.import_start(actor, run.pk)
    services.import_step(actor, run, seconds=9)
    assert Contact.objects.get().birthdate.isoformat() == "1990-04-03"


def test_one_date_that_shows_the_order_settles_it_for_the_file(as_actor, owner):
    content = "last_name,birthdate,email\nA,03/04/1990,a@x.example\nB,25/04/1990,b@x.example\n"
    import_text(as_actor(owner), content)
    assert Contact.objects.get(last_name="A").birthdate.isoformat() == "1990-04-03"


def test_the_database_has_the_last_word_and_only_the_row_to_blame_stays_out(as_actor, owner, north, monkeypatch):
    Contact.objects.create(team=north, last_name="Hidden", external_id="3")
    monkeypatch.setattr("customers.transfer.ContactImporter.match_keys", ("email",))
    run = import_text(as_actor(owner), people(10))
    assert (run.created_count, run.failed_count) == (9, 1)
    assert [(row.line, row.reasons[0]["code"]) for row in run.rows.all()] == [(5, "refused_by_database")]


def test_an_import_killed_between_chunks_goes_on_without_doubling(as_actor, owner, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded(people(45)))
    services.import_start(actor, run.pk)
    run = services.import_step(actor, run, seconds=0)
    assert (run.created_count, run.state) == (10, "running")

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "report", killed)
        with pytest.raises(KeyboardInterrupt):
            services.import_step(actor, run, seconds=60)
    assert Contact.objects.count() == 10
    run = services.import_step(actor, run, seconds=60)
    assert (run.state, run.created_count, run.skipped_count) == ("finished", 45, 0)
    assert Contact.objects.count() == 45


def test_two_tabs_do_not_run_the_same_import_twice(as_actor, owner):
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded(people(3)))
    services.import_start(actor, run.pk)
    context = running.context_of(run, actor)
    with leased(run, ImportState.RUNNING) as lease:
        with pytest.raises(Busy):
            services.import_step(actor, run)
        ImportRun.objects.filter(pk=run.pk).update(lease=uuid4())
        with running.reader_of(run) as reader, pytest.raises(Busy):
            running._import_chunk(run, lease, running.Ahead(run, reader, context), context)
    assert Contact.objects.count() == 0


def test_who_may_not_write_contacts_may_not_import_them(as_actor, make_user, north):
    reader = make_user("reader@north.example", role="read_only", teams=(north,))
    with pytest.raises(CrmError):
        services.import_create(as_actor(reader), uploaded(people(1)))
    support = make_user("support@north.example", role="support", teams=(north,))
    with pytest.raises(Forbidden):
        services.import_create(as_actor(support), uploaded(people(1)))
    assert ImportRun.objects.count() == 0


def test_nobody_imports_into_a_team_that_is_not_theirs(as_actor, owner, south):
    with pytest.raises(Forbidden):
        services.import_create(as_actor(owner), uploaded(people(1)), team=south)


def test_a_mapping_is_remembered_for_the_next_file_with_the_same_columns(as_actor, owner):
    actor = as_actor(owner)
    content = as_csv(["Given", "Family"], [["Åsa", "Berg"]])
    import_text(actor, content, prepare={"mapping": ["first_name", "last_name"]}, resource="contacts")
    assert services.import_create(actor, uploaded(content), resource="contacts").mapping == ["first_name", "last_name"]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        (["first_name"], "wrong_length"),
        (["x", ""], "invalid_choice"),
        (["first_name", "first_name"], "repeated"),
        (["", ""], "required"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(mapping, code, as_actor, owner):
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded("Given,Family\nA,B\n"), resource="contacts")
    with pytest.raises(Invalid) as refusal:
        services.import_map(actor, run.pk, mapping=mapping)
    assert refusal.value.details[0]["code"] == code


def test_a_rehearsal_tells_and_keeps_nothing(as_actor, owner):
    actor = as_actor(owner)
    rows = [["1", "A", "B", "", "", "Acme"], ["2", "", "", "", "", ""]]
    run = services.import_create(actor, uploaded(as_csv(HEADERS, rows)))
    found = services.import_rehearse(actor, run.pk).rehearsal
    assert (found["counts"], found["linked"], found["is_whole"]) == ({"created": 1, "failed": 1}, 1, True)
    assert Contact.objects.count() == Customer.objects.count() == 0
    assert not AuditEvent.objects.filter(action="contacts.created").exists()


def test_removing_an_import_removes_its_file_and_keeps_the_records(as_actor, owner, django_capture_on_commit_callbacks):
    actor = as_actor(owner)
    run = import_text(actor, people(1))
    storage, name = run.file.storage, run.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.import_delete(actor, run.pk)
    assert not storage.exists(name) and Contact.objects.count() == 1


def test_the_check_shows_what_would_change_before_and_after(as_actor, owner, north, sign_in):
    actor = as_actor(owner)
    Contact.objects.create(first_name="Åsa", last_name="Berg", email="a@x.example", team=north, owner=owner)
    rows = [["a@x.example", "Bergman", "Decision maker"], ["b@x.example", "Ek", ""]]
    run = services.import_create(
        actor, uploaded(as_csv(["Email", "Last name", "Contact type"], rows)), resource="contacts"
    )
    services.import_map(actor, run.pk, mode="both")
    run = services.import_rehearse(actor, run.pk)
    change = run.rehearsal["changes"][0]
    assert (change["line"], change["label"]) == (2, "Åsa Bergman")
    fields = sorted(map(tuple, change["fields"]))
    assert fields == [("contact_type", "Other", "Decision maker"), ("last_name", "Berg", "Bergman")]
    page = sign_in(owner).get(f"/imports/{run.pk}/").content.decode()
    assert "What will change" in page and "Bergman" in page
    assert Contact.objects.get().last_name == "Berg"


@pytest.mark.parametrize(("match_on", "created", "updated"), [("", 0, 1), ("email", 0, 1), ("external_id", 1, 0)])
def test_a_person_chooses_by_what_records_are_found(match_on, created, updated, as_actor, owner, north):
    Contact.objects.create(last_name="Berg", email="a@x.example", team=north, owner=owner)
    content = as_csv(["Id", "Email", "Last name"], [["7", "a@x.example", "Bergman"]])
    prepare = {"mode": "both", "options": {"match_on": match_on}}
    run = import_text(as_actor(owner), content, prepare, resource="contacts")
    assert (run.created_count, run.updated_count) == (created, updated)
