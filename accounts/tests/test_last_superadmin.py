"""Somebody stays super administrator, whichever way one tries to be rid of the last."""

from pathlib import Path

import pytest

from accounts import administration
from accounts.models import Role, User
from crm.core.errors import Conflict

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]

WAYS = {
    "demoted": lambda actor, user: administration.user_update(actor, user.pk, role=Role.objects.get(name="sales_rep")),
    "left without a role": lambda actor, user: administration.user_update(actor, user.pk, role=None),
    "deactivated by update": lambda actor, user: administration.user_update(actor, user.pk, is_active=False),
    "deactivated": lambda actor, user: administration.user_deactivate(actor, user.pk),
    "losing the role itself": lambda actor, user: administration.role_delete(actor, user.role_id),
    "losing what the role grants": lambda actor, user: administration.role_update(actor, user.role_id, grants={}),
    "a renamed role": lambda actor, user: administration.role_update(actor, user.role_id, name="other"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_last_one_stays(as_actor, superadmin, way):
    with pytest.raises(Conflict):
        WAYS[way](as_actor(superadmin), superadmin)
    superadmin.refresh_from_db()
    assert superadmin.is_active and superadmin.role.name == "superadmin" and superadmin.role.grants


def test_one_of_two_may_go(as_actor, superadmin, make_user):
    make_user("second@vouch.example", "superadmin")
    administration.user_deactivate(as_actor(superadmin), superadmin.pk)


def test_an_invitation_that_nobody_accepted_is_no_second_superadmin(as_actor, superadmin):
    role = superadmin.role
    administration.user_create(as_actor(superadmin), email="invited@vouch.example", role=role)
    with pytest.raises(Conflict):
        administration.user_deactivate(as_actor(superadmin), superadmin.pk)


def test_the_admin_deletes_nobody(sign_in, superadmin, make_user):
    make_user("second@vouch.example", "superadmin")
    client = sign_in(superadmin)
    assert client.post(f"/admin/accounts/user/{superadmin.pk}/delete/", {"post": "yes"}).status_code == 403
    answer = client.post(f"/admin/accounts/role/{superadmin.role_id}/delete/", {"post": "yes"})
    assert answer.status_code in (403, 409) and User.objects.filter(pk=superadmin.pk).exists()


def test_a_person_without_a_superadmin_about_can_still_be_changed(as_actor, make_user, owner, north):
    admin = make_user("admin@north.example", "admin", teams=(north,))
    administration.user_deactivate(as_actor(admin), owner.pk)
