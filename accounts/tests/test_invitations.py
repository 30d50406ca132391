"""People come by invitation: who may send one, into what, and what its link is good for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.invitations.accepting import InvitationOver, invitation_accept, open_invitation
from accounts.invitations.services import invitation_create, invitation_resend, invitation_withdraw
from accounts.models import Invitation, Role, Team, User
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.core.actor import Actor, Origin
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
NEW = "nora@north.example"
ANSWER = {"full_name": "Nora New", "time_zone": "Europe/Berlin", "password": "Copper-kettle-91"}


@pytest.fixture(autouse=True)
def _no_earlier_sign_ins():
    cache.clear()


@pytest.fixture
def admin(make_user, north) -> User:
    return make_user("admin@north.example", "admin", (north,), full_name="Ada Admin")


@pytest.fixture
def invite(as_actor, admin, north, django_capture_on_commit_callbacks, mailoutbox) -> Callable[..., str]:
    """Invites Nora into North and answers the path of the link in her mail."""

    def run(email: str = NEW, role: str = "sales_rep", teams: tuple[Team, ...] = (), by: User = admin) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            invitation_create(as_actor(by), email=email, role=Role.objects.get(name=role), teams=teams or (north,))
        return link_in(mailoutbox[-1])

    return run


def link_in(mail: Any) -> str:
    return (
        next(word for word in mail.body.split() if "/accounts/invitation/" in word)
        .partition("://")[2]
        .partition("/")[2]
    )


def token_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def get(path: str) -> Any:
    return Client().get(f"/{path}")


def accept(token: str, **changes: str) -> User:
    return invitation_accept(token, origin=Origin(), **{**ANSWER, **changes})


def test_from_the_mail_to_an_account_that_is_signed_in(
    invite, client, north, mailoutbox, django_capture_on_commit_callbacks
):
    path = invite()
    page = client.get(f"/{path}").content.decode()
    assert "Ada Admin" in page and NEW in page and "At least 12 characters" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/{path}", ANSWER)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    me = client.get("/api/v1/me").json()
    assert (me["email"], me["full_name"], me["time_zone"], me["role"]) == (
        NEW,
        "Nora New",
        "Europe/Berlin",
        "sales_rep",
    )
    assert [team["name"] for team in me["teams"]] == ["North"]
    assert mailoutbox[-1].to == [NEW] and mailoutbox[-1].subject == "Welcome to Vouch"
    assert Invitation.objects.get().state == "accepted"


def test_the_mail_is_text_and_html_and_notes_that_it_left(invite, mailoutbox):
    path = invite()
    mail = mailoutbox[0]
    html, kind = mail.alternatives[0]
    assert (mail.to, mail.subject, kind) == ([NEW], "Ada Admin invites you to Vouch", "text/html")
    assert path in html and path in mail.body and 'style="' in html
    assert Invitation.objects.get().sent_at is not None


def test_a_mail_server_that_is_down_is_told_on_the_page(invite, sign_in, admin, monkeypatch, caplog):
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    with pytest.raises(IndexError):
        invite()
    assert Invitation.objects.get().sent_at is None
    assert "The mail has not left" in sign_in(admin).get("/settings/invitations/").content.decode()


def test_the_token_is_nowhere_but_in_the_mail(invite):
    token = token_of(invite())
    invitation = Invitation.objects.get()
    kept = [str(value) for value in Invitation.objects.values_list().get()]
    kept += AuditEvent.objects.values_list("changes", flat=True)
    kept += SecurityEvent.objects.values_list("details", flat=True)
    assert not [one for one in kept if token in one or (invitation.token_hash in one and "{" in one)]
    assert len(token) >= 43


def test_the_trail_of_an_account_that_came_by_invitation(invite, admin):
    user = accept(token_of(invite()))
    created = AuditEvent.objects.get(action="users.created", object_id=str(user.pk))
    assert (created.actor_id, created.on_behalf_of) == (user.pk, "invitation from Ada Admin")
    assert "argon2" not in created.changes and "North" in created.changes
    assert {"invitations.created", "invitations.accepted"} <= set(AuditEvent.objects.values_list("action", flat=True))
    assert set(SecurityEvent.objects.values_list("kind", flat=True)) == {"invitation.sent", "invitation.accepted"}


class TestWhoInvites:
    @pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "auditor", "read_only", "support", "marketing"])
    def test_not_those_who_may_not_write_people(self, make_user, as_actor, sign_in, api, north, role):
        person = make_user("one@north.example", role, (north,))
        with pytest.raises(Forbidden):
            invitation_create(as_actor(person), email=NEW, role=Role.objects.get(name="read_only"), teams=[north])
        assert sign_in(person).get("/settings/invitations/").status_code == 403
        assert api(person).get("invitations").status_code == 403
        assert not Invitation.objects.exists()

    def test_nobody_invites_into_a_role_that_may_do_more_than_they(self, as_actor, admin, north):
        with pytest.raises(Forbidden) as refusal:
            invitation_create(as_actor(admin), email=NEW, role=Role.objects.get(name="superadmin"), teams=[north])
        assert refusal.value.code == "beyond_own_grants" and not Invitation.objects.exists()

    def test_the_page_does_not_even_offer_such_a_role(self, sign_in, admin, superadmin):
        offered = sign_in(admin).get("/settings/invitations/").content.decode()
        assert "Super administrator" not in offered and "Sales representative" in offered
        assert "Super administrator" in sign_in(superadmin).get("/settings/invitations/").content.decode()

    def test_a_posted_role_beyond_is_refused(self, sign_in, admin):
        form = {"email": NEW, "role": Role.objects.get(name="superadmin").pk}
        assert sign_in(admin).post("/settings/invitations/", form).status_code == 422
        assert not Invitation.objects.exists()

    def test_who_reaches_only_their_teams_invites_only_into_them(self, make_user, as_actor, north, south):
        role = Role.objects.create(name="lead", label="Lead", grants={"users:write": "team", "customers:read": "team"})
        lead = make_user("lead@north.example", "lead", (north,))
        small = Role.objects.create(name="small", label="Small", grants={"customers:read": "own"})
        for teams in ([south], [north, south], []):
            with pytest.raises(Forbidden):
                invitation_create(as_actor(lead), email=NEW, role=small, teams=teams)
        invitation_create(as_actor(lead), email=NEW, role=small, teams=[north])
        assert role and Invitation.objects.count() == 1

    def test_what_is_for_another_team_is_not_there(self, make_user, as_actor, invite, south):
        Role.objects.create(name="lead", label="Lead", grants={"users:write": "team"})
        lead = as_actor(make_user("lead@south.example", "lead", (south,)))
        invite()
        assert not Invitation.objects.for_actor(lead).exists()
        with pytest.raises(NotFound):
            invitation_withdraw(lead, Invitation.objects.get().pk)


class TestOneEach:
    def test_who_has_an_account_is_not_invited(self, invite, owner):
        with pytest.raises(Conflict) as refusal:
            invite(owner.email.upper())
        assert refusal.value.code == "already_member"

    def test_who_is_invited_is_not_invited_again(self, invite):
        invite()
        with pytest.raises(Conflict) as refusal:
            invite(NEW.upper())
        assert refusal.value.code == "already_invited"

    def test_an_expired_one_makes_room(self, invite):
        old = invite()
        Invitation.objects.update(expires_at=timezone.now())
        new = invite()
        assert get(old).status_code == 404 and get(new).status_code == 200
        assert sorted(one.state for one in Invitation.objects.all()) == ["open", "withdrawn"]

    def test_no_address_is_none(self, as_actor, admin, north):
        with pytest.raises(Invalid):
            invitation_create(as_actor(admin), email="nobody", role=Role.objects.get(name="read_only"), teams=[north])


class TestOverIsOver:
    """Every way a link can be dead, and that nobody can tell them apart."""

    def withdraw(self, invitation: Invitation, admin: Actor) -> None:
        invitation_withdraw(admin, invitation.pk)

    def resend(self, invitation: Invitation, admin: Actor) -> None:
        invitation_resend(admin, invitation.pk)

    def expire(self, invitation: Invitation, admin: Actor) -> None:
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    def somebody_has_the_address(self, invitation: Invitation, admin: Actor) -> None:
        User.objects.create_user(invitation.email.upper(), PASSWORD)

    def sender_left(self, invitation: Invitation, admin: Actor) -> None:
        User.objects.filter(pk=admin.id).update(is_active=False)

    def sender_was_demoted(self, invitation: Invitation, admin: Actor) -> None:
        User.objects.filter(pk=admin.id).update(role=Role.objects.get(name="read_only"))

    def role_grew_beyond_the_sender(self, invitation: Invitation, admin: Actor) -> None:
        role = invitation.role
        role.grants = {**role.grants, "backups:manage": "all"}
        role.save()

    WAYS = (
        withdraw, resend, expire, somebody_has_the_address, sender_left, sender_was_demoted,
        role_grew_beyond_the_sender,
    )  # fmt: skip

    @pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
    def test_a_dead_link_says_what_a_wrong_one_says(self, invite, as_actor, admin, way):
        path = invite()
        way(self, Invitation.objects.get(), as_actor(admin))
        people = User.objects.count()
        dead, wrong = get(path), get("accounts/invitation/never-was-there-at-all/")
        assert (dead.status_code, body(dead)) == (404, body(wrong))
        assert Client().post(f"/{path}", ANSWER).status_code == 404
        with pytest.raises(InvitationOver):
            accept(token_of(path))
        assert User.objects.count() == people

    def test_a_used_link_is_dead(self, invite):
        path = invite()
        accept(token_of(path))
        assert body(get(path)) == body(get("accounts/invitation/never-was-there-at-all/"))
        with pytest.raises(InvitationOver):
            accept(token_of(path), password="Silver-kettle-12")

    def test_a_seven_day_link_lives_seven_days(self, invite):
        token = token_of(invite())
        assert open_invitation(token, at=timezone.now() + timedelta(days=7, seconds=-5))
        with pytest.raises(InvitationOver):
            open_invitation(token, at=timezone.now() + timedelta(days=7, seconds=5))

    def test_what_was_answered_is_neither_sent_again_nor_withdrawn(self, invite, as_actor, admin):
        accept(token_of(invite()))
        for service in (invitation_resend, invitation_withdraw):
            with pytest.raises(Conflict) as refusal:
                service(as_actor(admin), Invitation.objects.get().pk)
            assert refusal.value.code == "invitation_closed"


def body(answer: Any) -> str:
    """The page without what differs from request to request."""
    page = answer.content.decode()
    return page[page.index("<main") : page.index("</main>")]


class TestThePageBehindTheLink:
    @pytest.mark.parametrize("password", ["short", "copper-kettle-and-pan", "Nora-New-is-here-1", "Password1234!"])
    def test_the_policy_decides(self, invite, password):
        path = invite()
        answer = Client().post(f"/{path}", {**ANSWER, "password": password})
        assert answer.status_code == 422 and not User.objects.filter(email=NEW).exists()
        assert "errorlist" in answer.content.decode() and password not in answer.content.decode()

    @pytest.mark.parametrize("wrong", [{"full_name": ""}, {"full_name": "x" * 151}, {"time_zone": "Mars/Base"}])
    def test_wrong_values_make_no_account(self, invite, wrong):
        assert Client().post(f"/{invite()}", {**ANSWER, **wrong}).status_code == 422
        assert not User.objects.filter(email=NEW).exists()

    def test_nothing_posted_widens_what_was_offered(self, invite, superadmin, south):
        role = str(Role.objects.get(name="superadmin").pk)
        Client().post(f"/{invite()}", {**ANSWER, "role": role, "email": "x@y.example", "teams": str(south.pk)})
        user = User.objects.get(email=NEW)
        assert user.role.name == "sales_rep" and [one.team.name for one in user.memberships.all()] == ["North"]

    def test_it_is_not_kept_by_caches(self, invite):
        assert "no-store" in get(invite())["Cache-Control"]

    def test_whoever_was_signed_in_is_so_no_longer(self, invite, sign_in, owner):
        client = sign_in(owner)
        client.post(f"/{invite()}", ANSWER)
        assert client.get("/api/v1/me").json()["email"] == NEW


class TestTheApi:
    def test_create_list_resend_withdraw(self, api, admin, north, superadmin):
        door, role = api(admin), str(Role.objects.get(name="sales_rep").pk)
        made = door.post("invitations", {"email": NEW, "role": role, "teams": [str(north.pk)]})
        assert made.status_code == 201, made.json()
        found = made.json()
        assert (found["state"], found["email"], found["teams"], found["version"]) == ("open", NEW, [str(north.pk)], 1)
        assert not [name for name in found if "token" in name]
        assert door.get("invitations?state=open&search=nora").json()["results"][0]["id"] == found["id"]
        assert door.get("invitations?state=accepted").json()["results"] == []
        again = door.post(f"invitations/{found['id']}/resend", **{"If-Match": '"1"'})
        assert (again.status_code, again.json()["version"]) == (200, 2)
        assert door.delete(f"invitations/{found['id']}", **{"If-Match": '"1"'}).status_code == 412
        assert door.delete(f"invitations/{found['id']}").status_code == 204
        assert door.get(f"invitations/{found['id']}").json()["state"] == "withdrawn"

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"email": "nobody"}, 422),
            ({"role": None}, 422),
            ({"token_hash": "x"}, 422),
            ({"expires_at": "2030-01-01T00:00:00Z", "colour": 1}, 422),
        ],
    )
    def test_what_cannot_be_is_refused(self, api, admin, north, changes, status):
        content = {"email": NEW, "role": str(Role.objects.get(name="sales_rep").pk), "teams": [str(north.pk)]}
        assert api(admin).post("invitations", content | changes).status_code == status
        assert not Invitation.objects.exists()

    def test_a_role_beyond_is_403(self, api, admin):
        content = {"email": NEW, "role": str(Role.objects.get(name="superadmin").pk)}
        answer = api(admin).post("invitations", content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "beyond_own_grants")


def test_the_page_lists_sends_again_and_withdraws(
    sign_in, admin, north, mailoutbox, django_capture_on_commit_callbacks
):
    client, page = sign_in(admin), "/settings/invitations/"
    form = {"email": NEW, "role": Role.objects.get(name="sales_rep").pk, "teams": [north.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, form).status_code == 302
    assert NEW in client.get(page).content.decode()
    invitation = Invitation.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{page}{invitation.pk}/resend/").status_code == 302
    first, second = map(link_in, mailoutbox)
    assert get(first).status_code == 404 and get(second).status_code == 200
    assert client.post(page, form).status_code == 422
    assert client.post(f"{page}{invitation.pk}/withdraw/").status_code == 302
    assert get(second).status_code == 404
    assert "Withdrawn" in client.get(page).content.decode()
