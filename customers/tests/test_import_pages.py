"""Imports in the browser's and the API's door: from the upload to the rows that stayed out, for three personas."""

import pytest

from crm.transfer import services
from crm.transfer.models import ImportRun
from customers.models import Contact
from customers.tests.import_files import HUBSPOT_CONTACTS, as_csv, hubspot_contact, import_text, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def content():
    return as_csv(HUBSPOT_CONTACTS, [hubspot_contact(1), hubspot_contact(2, Email="=cmd()"), hubspot_contact(3)])


@pytest.fixture
def run(content, as_actor, owner):
    return services.import_create(as_actor(owner), uploaded(content))


def test_from_upload_to_result(content, sign_in, owner, north):
    client = sign_in(owner)
    uploaded_page = client.post("/imports/new/", {"file": uploaded(content), "team": north.pk}, follow=True)
    run = ImportRun.objects.get()
    assert (
        b"Associated Company" in uploaded_page.content
        and f"/imports/{run.pk}/mapping/".encode() in uploaded_page.content
    )
    form = {f"column-{index}": name for index, name in enumerate(run.mapping)}
    form |= {"resource": "contacts", "source": "hubspot", "mode": "create", "encoding": "utf-8", "delimiter": ","}
    checked = client.post(f"/imports/{run.pk}/mapping/", {**form, "create_links": "on"}, follow=True)
    assert b"Start the import" in checked.content and b"Enter a valid email address" in checked.content
    assert Contact.objects.count() == 0
    started = client.post(f"/imports/{run.pk}/start/", follow=True)
    assert b"<progress" in started.content
    done = client.post(f"/imports/{run.pk}/step/", headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == f"/imports/{run.pk}/"
    result = client.get(f"/imports/{run.pk}/")
    assert b"2 records came in" in result.content and b"1 row could not" in result.content
    again = client.post(f"/imports/{run.pk}/start/", follow=True)
    assert again.status_code == 200 and Contact.objects.count() == 2


def test_the_rows_that_stayed_out_come_back_defused_with_their_reason(content, as_actor, sign_in, owner):
    run = import_text(as_actor(owner), content)
    answer = sign_in(owner).get(f"/imports/{run.pk}/errors.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, row = text.splitlines()
    assert header.endswith("Line,Result,Reason") and "'=cmd()" in row and "3,failed,email: Enter a valid" in row
    assert answer.headers["Content-Disposition"] == 'attachment; filename="export-errors.csv"'


@pytest.mark.parametrize("path", ["", "mapping/", "errors.csv"])
def test_an_outsider_finds_nothing(path, run, sign_in, outsider):
    assert sign_in(outsider).get(f"/imports/{run.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "mapping/"])
def test_a_file_that_went_with_an_erased_person_is_told_to_be_gone(path, run, sign_in, owner):
    ImportRun.objects.filter(pk=run.pk).update(file="")
    answer = sign_in(owner).get(f"/imports/{run.pk}/{path}")
    assert answer.status_code == 409 and b"Upload it again" in answer.content


@pytest.mark.parametrize("path", ["mapping/", "start/", "step/", "delete/"])
@pytest.mark.parametrize("persona", ["teammate", "outsider"])
def test_nobody_else_can_touch_it(path, persona, run, sign_in, request):
    answer = sign_in(request.getfixturevalue(persona)).post(f"/imports/{run.pk}/{path}", {"mode": "both"})
    assert answer.status_code in (403, 404)
    run.refresh_from_db()
    assert (run.state, run.mode, Contact.objects.count()) == ("uploaded", "create", 0)


def test_a_manager_sees_a_colleagues_import_and_cannot_run_it(run, sign_in, make_user, north):
    manager = sign_in(make_user("boss@north.example", role="sales_manager", teams=(north,)))
    assert b"has not started the import yet" in manager.get(f"/imports/{run.pk}/").content
    assert manager.post(f"/imports/{run.pk}/start/").status_code == 403
    assert manager.get(f"/imports/{run.pk}/mapping/").status_code == 403


def test_the_list_shows_ones_own_imports_only_to_a_rep(run, sign_in, owner, teammate):
    assert run.file_name.encode() in sign_in(owner).get("/imports/").content
    assert run.file_name.encode() not in sign_in(teammate).get("/imports/").content


@pytest.mark.parametrize(("content", "message"), [(b"", b"empty"), (b'"a,b\n1,2\n', b"never closed")])
def test_a_file_that_is_no_table_is_refused_in_the_form(content, message, sign_in, owner, north):
    answer = sign_in(owner).post("/imports/new/", {"file": uploaded(content), "team": north.pk})
    assert answer.status_code == 422 and message in answer.content
    assert ImportRun.objects.count() == 0


def test_choosing_other_records_suggests_the_mapping_anew(run, sign_in, owner):
    form = {"resource": "leads", "source": "hubspot", "mode": "create", "encoding": "utf-8", "delimiter": ","}
    sign_in(owner).post(f"/imports/{run.pk}/mapping/", form)
    run.refresh_from_db()
    assert run.resource == "leads" and "company_name" in run.mapping and "status" in run.mapping


def test_a_program_uploads_runs_and_reads_what_stayed_out(content, api, owner):
    client = api(owner)
    answer = client.client.post("/api/v1/imports", {"file": uploaded(content), "run": "true"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["created_count"], body["failed_count"]) == ("finished", 2, 1)
    rows = client.get(f"imports/{body['id']}/rows").json()["results"]
    assert [(row["line"], row["reasons"][0]["field"]) for row in rows] == [(3, "email")]
    assert client.get("imports?state=finished").json()["results"][0]["id"] == body["id"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "file"),
        ({"mode": "x"}, "mode"),
        ({"surprise": "1"}, "surprise"),
        ({"team": "x"}, "team"),
        ({"source": "x"}, "source"),
    ],
)
def test_a_program_is_told_what_is_wrong_with_its_upload(data, field, content, sign_in, owner):
    upload = {} if field == "file" else {"file": uploaded(content)}
    answer = sign_in(owner).post("/api/v1/imports", {**upload, **data})
    assert answer.status_code == 422 and answer.json()["error"]["details"][0]["field"] == field
    assert ImportRun.objects.count() == 0


def test_an_outsider_gets_404_from_the_api(run, api, outsider):
    assert api(outsider).get(f"imports/{run.pk}").status_code == 404
    assert api(outsider).post(f"imports/{run.pk}/run").status_code == 404
