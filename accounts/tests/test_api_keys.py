"""Making, rotating, changing and ending keys: nobody gives more than they have, and only to themselves."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.apikeys.errors import AlreadyRotated, BeyondOwnGrants, KeyEnded, NotByKey
from accounts.apikeys.services import api_key_create, api_key_delete, api_key_revoke, api_key_rotate, api_key_update
from accounts.models import ApiKey, Role
from accounts.tests.api_keys import ask, make_key
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.actor import Actor
from crm.core.errors import CrmError, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import NEVER_BY_KEY

pytestmark = pytest.mark.django_db


def refused(call, *args, **values):
    with pytest.raises(CrmError) as refusal:
        call(*args, **values)
    return refusal.value


def field_code(error):
    return (error.details[0]["field"], error.details[0]["code"])


def test_a_key_lives_ninety_days_and_remembers_who_made_it(owner):
    key, secret = make_key(owner)
    assert key.expires_at - key.created_at == timedelta(days=90)
    assert (key.created_by, key.hint, key.scopes) == ("Olive Owner", secret[-4:], ["customers:read"])


@pytest.mark.parametrize(("days", "allowed"), [(1, True), (365, True), (0, False), (366, False), (-1, False)])
def test_a_key_lives_a_year_at_most(owner, days, allowed):
    if allowed:
        assert make_key(owner, days=days)[0].expires_at > timezone.now()
    else:
        assert field_code(refused(make_key, owner, days=days)) == ("expires_in_days", "invalid_lifetime")


@pytest.mark.parametrize("network", ["10.0.0.5/8", "300.1.1.1", "example.com", "0.0.0.0/0", "::/0", "10.0.0.0/33"])
def test_what_is_no_network_or_everybody_is_refused(owner, network):
    error = refused(make_key, owner, allowed_networks=["203.0.113.0/24", network])
    assert field_code(error) == ("allowed_networks", "invalid_network") and not ApiKey.objects.exists()


def test_networks_are_kept_once_and_in_short(owner):
    networks = [" 203.0.113.7 ", "203.0.113.7/32", "2001:0db8:0000::/48", ""]
    assert make_key(owner, allowed_networks=networks)[0].allowed_networks == ["203.0.113.7/32", "2001:db8::/48"]
    many = [f"10.0.{one}.0/24" for one in range(51)]
    assert field_code(refused(make_key, owner, allowed_networks=many))[1] == "too_many_networks"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b", "two\nlines"])
def test_a_name_is_one_line(owner, name):
    assert refused(make_key, owner, name=name).status == 422


# Nobody gives more than they have


@pytest.mark.parametrize("scope", ["audit:manage", "users:write", "customers:merge"])
def test_a_scope_beyond_the_role_is_refused(owner, scope):
    assert isinstance(refused(make_key, owner, "customers:read", scope), BeyondOwnGrants)
    assert not ApiKey.objects.exists()


def test_a_scope_beyond_the_token_is_refused(owner, as_actor):
    actor = as_actor(owner).limited_to(["apikeys:write", "customers:read"])
    error = refused(api_key_create, actor, name="x", scopes=["deals:read"])
    assert isinstance(error, BeyondOwnGrants)
    assert api_key_create(actor, name="x", scopes=["customers:read"])[0].scopes == ["customers:read"]


@pytest.mark.parametrize("scope", sorted(NEVER_BY_KEY))
def test_some_scopes_no_key_may_have(superadmin, scope):
    assert field_code(refused(make_key, superadmin, scope)) == ("scopes", "scope_not_for_keys")


def test_an_unknown_scope_is_refused(owner):
    assert field_code(refused(make_key, owner, "customers:fly")) == ("scopes", "unknown_scope")


def test_a_team_of_others_is_refused(owner, superadmin, south):
    for person in (owner, superadmin):
        assert field_code(refused(make_key, person, team=south)) == ("team", "unknown_reference")


def test_nobody_makes_a_key_for_somebody_else(owner, superadmin, as_actor):
    error = refused(api_key_create, as_actor(superadmin), name="x", scopes=[], user=owner)
    assert isinstance(error, Forbidden) and not ApiKey.objects.exists()


def test_who_has_no_right_to_keys_makes_none(make_user, north, as_actor):
    for role in ("read_only", "auditor"):
        person = make_user(f"{role}@north.example", role, (north,))
        assert isinstance(refused(make_key, person), Forbidden)


def test_a_command_gives_no_more_than_the_role_of_the_person(owner):
    system = Actor.system("create_api_key")
    assert isinstance(refused(api_key_create, system, user=owner, name="x", scopes=["audit:manage"]), BeyondOwnGrants)
    owner.is_active = False
    owner.save()
    assert refused(api_key_create, system, user=owner, name="x", scopes=[]).code == "wrong_state"


def test_an_actor_that_came_with_a_key_manages_nothing(superadmin, as_actor):
    key, _ = make_key(superadmin)
    actor = Actor(label="k", kind="user", id=superadmin.pk, credential="key", grants=as_actor(superadmin).grants)
    calls = [
        lambda: api_key_create(actor, name="x", scopes=[]),
        lambda: api_key_rotate(actor, key.pk),
        lambda: api_key_update(actor, key.pk, name="y"),
        lambda: api_key_revoke(actor, key.pk),
        lambda: api_key_delete(actor, key.pk),
    ]
    assert {type(refused(call)) for call in calls} == {NotByKey}


# Rotation


def test_a_rotation_gives_a_successor_and_the_old_key_lives_on_for_a_week(owner, as_actor, north):
    now = timezone.now()
    old, old_secret = make_key(owner, "customers:read", "deals:read", team=north, allowed_networks=["127.0.0.1"])
    new, new_secret = api_key_rotate(as_actor(owner), old.pk, days=30)
    assert (new.name, new.team, new.scopes, new.allowed_networks) == (old.name, north, old.scopes, ["127.0.0.1/32"])
    assert timedelta(days=29) < new.expires_at - now < timedelta(days=31)
    old.refresh_from_db()
    assert old.replaced_by == new and timedelta(days=6) < old.expires_at - now < timedelta(days=7, minutes=1)
    assert (ask(old_secret).status_code, ask(new_secret).status_code) == (200, 200)
    ApiKey.objects.filter(pk=old.pk).update(expires_at=now)
    assert (ask(old_secret).status_code, ask(new_secret).status_code) == (401, 200)


def test_without_an_overlap_the_old_key_ends_at_once(owner, as_actor):
    old, secret = make_key(owner)
    api_key_rotate(as_actor(owner), old.pk, overlap_days=0)
    assert ask(secret).status_code == 401


@pytest.mark.parametrize("overlap", [-1, 8, 365])
def test_the_overlap_is_a_week_at_most(owner, as_actor, overlap):
    key, _ = make_key(owner)
    error = refused(api_key_rotate, as_actor(owner), key.pk, overlap_days=overlap)
    assert field_code(error) == ("overlap_days", "invalid_overlap")


def test_an_overlap_never_makes_a_key_live_longer(owner, as_actor):
    old, _ = make_key(owner, days=1)
    api_key_rotate(as_actor(owner), old.pk)
    assert ApiKey.objects.get(pk=old.pk).expires_at == old.expires_at


def test_a_key_is_rotated_once_and_only_while_it_lives(owner, as_actor):
    actor, (key, _) = as_actor(owner), make_key(owner)
    new, _ = api_key_rotate(actor, key.pk)
    assert isinstance(refused(api_key_rotate, actor, key.pk), AlreadyRotated)
    api_key_revoke(actor, new.pk)
    assert isinstance(refused(api_key_rotate, actor, new.pk), KeyEnded)


def test_a_successor_has_no_scope_that_the_role_has_lost(owner, as_actor):
    key, _ = make_key(owner, "customers:read", "leads:delete")
    owner.role = Role.objects.get(name="marketing")
    owner.save()
    assert api_key_rotate(as_actor(owner), key.pk)[0].scopes == ["customers:read"]


def test_a_token_does_not_win_scopes_by_rotating(owner, as_actor):
    key, _ = make_key(owner, "customers:read", "deals:write")
    token = as_actor(owner).limited_to(["apikeys:read", "apikeys:write", "customers:read"])
    assert isinstance(refused(api_key_rotate, token, key.pk), BeyondOwnGrants)


# Changes


def test_scopes_become_fewer_and_never_more(owner, as_actor):
    key, secret = make_key(owner, "customers:read", "deals:read")
    assert api_key_update(as_actor(owner), key.pk, scopes=["deals:read"]).scopes == ["deals:read"]
    assert ask(secret).status_code == 403
    error = refused(api_key_update, as_actor(owner), key.pk, scopes=["customers:read", "deals:read"])
    assert field_code(error) == ("scopes", "scope_added")


def test_name_and_networks_change_and_the_trail_says_how(owner, as_actor):
    key, secret = make_key(owner)
    changed = api_key_update(as_actor(owner), key.pk, name=" Desk ", allowed_networks=["10.0.0.0/8"], version=1)
    assert (changed.name, changed.allowed_networks, changed.version) == ("Desk", ["10.0.0.0/8"], 2)
    assert ask(secret).status_code == 403
    assert '"allowed_networks":[[],["10.0.0.0/8"]]' in AuditEvent.objects.get(action="api_keys.updated").changes
    assert isinstance(refused(api_key_update, as_actor(owner), key.pk, name="x", version=1), Stale)
    assert isinstance(refused(api_key_update, as_actor(owner), key.pk, name=""), Invalid)


def test_a_key_that_ended_stays_as_it_is(owner, as_actor):
    key, _ = make_key(owner)
    api_key_revoke(as_actor(owner), key.pk)
    assert isinstance(refused(api_key_update, as_actor(owner), key.pk, name="x"), KeyEnded)


# Whose key

ACTS = {
    "rotate": api_key_rotate,
    "update": lambda actor, pk: api_key_update(actor, pk, name="Mine now"),
    "revoke": api_key_revoke,
    "delete": api_key_delete,
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("persona", ["teammate", "outsider"])
def test_to_colleagues_a_key_does_not_exist(request, owner, as_actor, persona, act):
    key, secret = make_key(owner)
    error = refused(ACTS[act], as_actor(request.getfixturevalue(persona)), key.pk)
    assert isinstance(error, NotFound) and ask(secret).status_code == 200


@pytest.mark.parametrize(("act", "allowed"), [("rotate", False), ("update", False), ("revoke", True), ("delete", True)])
def test_an_administrator_ends_keys_of_others_and_never_gets_one(owner, superadmin, as_actor, act, allowed):
    key, secret = make_key(owner)
    if allowed:
        ACTS[act](as_actor(superadmin), key.pk)
    else:
        assert isinstance(refused(ACTS[act], as_actor(superadmin), key.pk), Forbidden)
    assert ask(secret).status_code == (401 if allowed else 200)


def test_an_auditor_looks_and_touches_nothing(owner, make_user, north, as_actor):
    key, _ = make_key(owner)
    auditor = as_actor(make_user("auditor@north.example", "auditor", (north,)))
    assert list(ApiKey.objects.for_actor(auditor)) == [key]
    assert {type(refused(act, auditor, key.pk)) for act in ACTS.values()} == {Forbidden}


def test_who_reads_all_and_writes_their_own_writes_only_their_own(owner, teammate, as_actor):
    teammate.role = Role.objects.create(
        name="odd", label="Odd", grants={"apikeys:read": "all", "apikeys:write": "own", "apikeys:delete": "own"}
    )
    teammate.save()
    key, _ = make_key(owner)
    assert {type(refused(act, as_actor(teammate), key.pk)) for act in ACTS.values()} == {Forbidden}


# What is left behind


def test_each_step_is_in_both_trails(owner, as_actor):
    actor = as_actor(owner)
    key, _ = make_key(owner)
    new, _ = api_key_rotate(actor, key.pk)
    api_key_revoke(actor, key.pk)
    api_key_delete(actor, new.pk)
    audited = AuditEvent.objects.filter(action__startswith="api_keys.").order_by("at", "id")
    assert [event.action.removeprefix("api_keys.") for event in audited] == [
        *("created", "rotated", "created", "revoked", "deleted"),
    ]
    kinds = SecurityEvent.objects.filter(kind__startswith="key.").order_by("at", "id").values_list("kind", flat=True)
    assert list(kinds) == ["key.created", "key.rotated", "key.revoked", "key.revoked"]
    assert set(SecurityEvent.objects.values_list("person_id", flat=True)) == {owner.pk}


def test_ending_twice_leaves_one_trace(owner, as_actor):
    key, _ = make_key(owner)
    for _ in range(2):
        api_key_revoke(as_actor(owner), key.pk)
    assert AuditEvent.objects.filter(action="api_keys.revoked").count() == 1


def test_the_person_is_told_by_mail_and_the_mail_holds_no_key(
    owner, superadmin, as_actor, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        key, secret = make_key(owner)
        _, other = api_key_rotate(as_actor(owner), key.pk)
        api_key_revoke(as_actor(superadmin), key.pk)
    assert [one.to for one in mail.outbox] == [[owner.email]] * 3
    assert [one.subject.split(":")[0] for one in mail.outbox] == ["A new API key", "API key renewed", "API key ended"]
    told = "".join(one.subject + one.body for one in mail.outbox)
    assert "Nightly export" in told and str(key.pk) in told
    assert secret not in told and other not in told


def test_a_mail_server_that_is_down_undoes_nothing(owner, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "no.such.Backend"
    with django_capture_on_commit_callbacks(execute=True):
        make_key(owner)
    assert ApiKey.objects.count() == 1
