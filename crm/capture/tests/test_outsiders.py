"""Who sees what: another team nothing at all, who may not read leads no word of what came in."""

import pytest

from accounts.models import Role
from crm.capture.models import LeadSource, Submission
from crm.capture.tests.conftest import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(form, fill):
    fill(form(), email="wrong")
    return Submission.objects.get()


def paths(kept):
    own = f"/settings/lead-sources/{kept.lead_source_id}/"
    mended = f"{own}submissions/{kept.pk}/"
    return own, f"{own}edit/", f"{own}delete/", mended, f"{mended}accept/"


def test_another_team_sees_nothing_of_it(kept, sign_in, api, make_user, south):
    other = make_user("admin@south.example", role="admin", teams=(south,))
    client = sign_in(other)
    assert [client.get(path).status_code for path in paths(kept)] == [404] * 5
    assert client.post(f"{paths(kept)[3]}dismiss/").status_code == 404
    assert "Ask us" not in text(client.get("/settings/lead-sources/"))
    path = f"lead-sources/{kept.lead_source_id}"
    assert api(other).get("lead-sources").json()["results"] == []
    for address in (path, f"{path}/submissions", f"{path}/submissions/{kept.pk}"):
        assert api(other).get(address).status_code == 404
    for act in ("accept", "dismiss"):
        assert api(other).post(f"{path}/submissions/{kept.pk}/{act}", {"email": "a@b.example"}).status_code == 404
    kept.refresh_from_db()
    assert kept.state == "refused" and LeadSource.objects.count() == 1


def test_a_teammate_without_the_right_is_refused(kept, sign_in, owner):
    client = sign_in(owner)
    assert [client.get(path).status_code for path in paths(kept)[:4]] == [403] * 4


def test_who_may_not_read_leads_reads_nothing_of_what_came(kept, sign_in, api, make_user, north):
    Role.objects.create(name="hooks", label="Hooks", grants={"webhooks:read": "team"})
    person = make_user("hooks@north.example", role="hooks", teams=(north,))
    client = sign_in(person)
    page = text(client.get(paths(kept)[0]))
    assert "Ask us" in page and "0 submissions" in page and "Waits" not in page.partition("<tbody>")[2]
    assert client.get(paths(kept)[3]).status_code == 404
    assert api(person).get(f"lead-sources/{kept.lead_source_id}/submissions").status_code == 403


def test_a_stranger_is_shown_no_record_whatever_the_address(kept, stranger):
    assert stranger.get("/forms/nobody/").status_code == 404
    page = text(stranger.get(f"/forms/{kept.lead_source.token}/"))
    assert "wrong" not in page and "Ada" not in page and "North" not in page
