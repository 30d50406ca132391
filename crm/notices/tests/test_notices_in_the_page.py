"""The bell, the list and what is done with a notice: one's own, and nobody else's whatever their role."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session
from crm.notices.models import NoticeSettings, Notification, Preference

pytestmark = pytest.mark.django_db
PANEL = {"X-Requested-With": "notices"}


@pytest.fixture
def notice(tell, teammate):
    return tell(teammate)


def again(notice):
    notice.refresh_from_db()
    return notice


def test_the_bell_says_how_many_on_every_page(sign_in, tell, teammate, owner):
    for number in range(3):
        tell(teammate, slot=str(number))
    page = sign_in(teammate).get("/customers/").content.decode()
    assert "<span data-count>3</span>" in page and 'id="bell"' in page
    assert "<span data-count>0</span>" in sign_in(owner).get("/customers/").content.decode()


def test_the_list_shows_ones_own_and_no_role_shows_anothers(sign_in, notice, owner, superadmin, make_user, north):
    admin = make_user("admin@north.example", role="admin", teams=(north,))
    assert notice.title in sign_in(notice.recipient).get("/notifications/").content.decode()
    for other in (owner, superadmin, admin):
        client = sign_in(other)
        assert notice.title not in client.get("/notifications/").content.decode()
        for path in ("open", "read", "unread", "snooze/hour"):
            call = client.get if path == "open" else client.post
            assert call(f"/notifications/{notice.pk}/{path}/").status_code == 404
    assert again(notice).read_at is None


def test_opening_leads_to_the_record_and_counts_as_read(sign_in, notice):
    answer = sign_in(notice.recipient).get(f"/notifications/{notice.pk}/open/")
    assert answer.url == f"/customers/{notice.subject_id}/" and again(notice).is_read


def test_read_unread_and_all(sign_in, notice, tell, teammate):
    client = sign_in(teammate)
    assert client.post(f"/notifications/{notice.pk}/read/").url == "/notifications/" and again(notice).is_read
    assert client.post(f"/notifications/{notice.pk}/unread/", headers=PANEL).status_code == 204
    assert not again(notice).is_read
    tell(teammate, kind="mention")
    client.post("/notifications/read-all/", {"kind": "mention"})
    assert not again(notice).is_read
    client.post("/notifications/read-all/", {"next": "https://elsewhere.example/"})
    assert not Notification.objects.unread().exists()
    assert client.post("/notifications/read-all/", {"next": "//elsewhere.example/"}).url == "/notifications/"


def test_what_is_put_off_is_gone_until_it_comes_back_on_top(sign_in, notice, teammate, tell):
    client = sign_in(teammate)
    client.post(f"/notifications/{notice.pk}/snooze/hour/")
    assert notice.title not in client.get("/notifications/panel/").content.decode()
    assert "<span data-count>0</span>" in client.get("/notifications/?state=snoozed").content.decode()
    assert notice.title in client.get("/notifications/?state=snoozed").content.decode()
    client.post("/notifications/read-all/")
    assert again(notice).read_at is None
    tell(teammate, slot="2", title="Another one")
    Notification.objects.filter(pk=notice.pk).update(shown_at=timezone.now() + timedelta(seconds=-1))
    Notification.objects.exclude(pk=notice.pk).update(shown_at=timezone.now() - timedelta(hours=2))
    panel = client.get("/notifications/panel/").content.decode()
    assert panel.index(notice.title) < panel.index("Another one")
    assert client.post(f"/notifications/{notice.pk}/snooze/never/").status_code == 422


def test_the_list_is_narrowed_and_paged(sign_in, teammate, tell):
    for number in range(5):
        tell(teammate, slot=str(number), title=f"Line {number}")
    tell(teammate, kind="mention", title="Named")
    client = sign_in(teammate)
    page = client.get("/notifications/?kind=mention").content.decode()
    assert "Named" in page and "Line" not in page
    first = client.get("/notifications/?page_size=3").content.decode()
    assert "Named" in first and "cursor=" in first and "Line 0" not in first
    assert client.get("/notifications/?state=nothing").status_code == 400


def test_the_bell_looks_and_is_told_that_nothing_changed(sign_in, teammate, tell):
    client = sign_in(teammate)
    start = timezone.now().isoformat()
    first = client.get("/notifications/state/", {"after": start})
    assert first.json() == {"unread": 0, "newest": "", "latest": []}
    tag = {"If-None-Match": first["ETag"]}
    assert client.get("/notifications/state/", {"after": start}, headers=tag).status_code == 304
    notice = tell(teammate)
    second = client.get("/notifications/state/", {"after": start}, headers=tag)
    assert second.json() == {
        "unread": 1,
        "newest": notice.shown_at.isoformat(),
        "latest": [{"title": notice.title, "text": "", "url": f"/notifications/{notice.pk}/open/"}],
    }
    assert client.get("/notifications/state/", {"after": notice.shown_at.isoformat()}).json()["latest"] == []
    assert client.get("/notifications/state/", {"after": "yesterday"}).json()["latest"] == []


def test_looking_keeps_no_session_alive(sign_in, teammate):
    client = sign_in(teammate)
    client.get("/customers/")
    old = timezone.now() - timedelta(minutes=10)
    Session.objects.filter(user=teammate).update(last_used_at=old)
    for path in ("state", "panel"):
        assert client.get(f"/notifications/{path}/").status_code == 200
    assert Session.objects.get(user=teammate).last_used_at == old
    client.get("/notifications/")
    assert Session.objects.get(user=teammate).last_used_at > old


def test_there_is_no_stream_where_a_thread_would_wait_in_it(sign_in, teammate, settings):
    client = sign_in(teammate)
    assert client.get("/notifications/stream/").status_code == 404
    assert 'data-stream=""' in client.get("/").content.decode()
    settings.EVENT_STREAM = True
    assert 'data-stream="/notifications/stream/"' in client.get("/").content.decode()


class TestChoosing:
    def post(self, client, **changes):
        form = {"digest_hour": "8", "quiet_from": "", "quiet_until": ""}
        kinds = ("mention", "assignment", "due_soon", "overdue", "next_step")
        kinds += ("import_finished", "export_finished", "bulk_finished", "scheduled_export")
        for kind in kinds:
            form |= {f"{kind}-in_page": "on"} | ({} if kind == "scheduled_export" else {f"{kind}-mail": "none"})
        return client.post("/notifications/settings/", {name: one for name, one in (form | changes).items() if one})

    def test_a_table_of_kinds_and_ways(self, sign_in, teammate):
        client = sign_in(teammate)
        page = client.get("/notifications/settings/").content.decode()
        assert "Mentions" in page and "No e-mail leaves between these hours of UTC" in page
        changes = {"mention-in_page": "", "mention-mail": "digest", "quiet_from": "22:00", "quiet_until": "07:00"}
        assert self.post(client, **changes, digest_hour="6").status_code == 302
        chosen = Preference.objects.get(user=teammate, kind="mention")
        assert (chosen.in_page, chosen.mail) == (False, "digest")
        own = NoticeSettings.objects.get(user=teammate)
        assert (own.quiet_from.hour, own.quiet_until.hour, own.digest_hour) == (22, 7, 6)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"quiet_from": "22:00"}, "Quiet hours have a beginning and an end."),
            ({"quiet_from": "22:00", "quiet_until": "22:00"}, "They would be over at once; choose another hour."),
            ({"digest_hour": "25"}, "25"),
            ({"mention-mail": "pigeon"}, "pigeon"),
        ],
    )
    def test_nonsense_is_refused_and_nothing_kept(self, sign_in, teammate, changes, said):
        answer = self.post(sign_in(teammate), **changes)
        assert answer.status_code == 422 and said in answer.content.decode()
        assert not Preference.objects.exists()
