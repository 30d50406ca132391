"""Retention policies by program: the same service as the pages, and what one would hit before it is in force."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.privacy.models import RetentionPolicy
from customers.models import Note

pytestmark = pytest.mark.django_db
ADDRESS = "compliance/retention-policies"
POLICY = {"kind": "note", "action": "delete", "keep_days": 30, "basis": "tidiness"}


def test_made_looked_at_and_switched_on(api, superadmin, notes):
    Note.objects.filter(pk=notes[0].pk).update(updated_at=timezone.now() - timedelta(days=40))
    door = api(superadmin)
    made = door.post(ADDRESS, POLICY)
    assert made.status_code == 201 and made.json()["is_enabled"] is False
    address = f"{ADDRESS}/{made.json()['id']}"
    assert door.get(f"{address}/hits").json() == {"count": 1, "count_is_estimate": False}
    on = door.patch(address, {"is_enabled": True}, **{"If-Match": made["ETag"]})
    assert on.json()["is_enabled"] and RetentionPolicy.objects.get().version == 2
    stale = door.patch(address, {"keep_days": 60}, **{"If-Match": made["ETag"]})
    assert stale.status_code == 412 and RetentionPolicy.objects.get().keep_days == 30
    assert [one["kind"] for one in door.get(f"{ADDRESS}?kind=note").json()["results"]] == ["note"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"keep_days": 3}, "min_value"), ({"kind": "note", "action": "erase"}, "not_a_person"), ({"basis": ""}, "blank")],
)
def test_nonsense_is_refused_by_code(change, code, api, superadmin):
    answer = api(superadmin).post(ADDRESS, POLICY | change)
    assert answer.status_code == 422 and code in [one["code"] for one in answer.json()["error"]["details"]]
    assert not RetentionPolicy.objects.exists()


def test_only_who_answers_for_every_team_sets_one(api, make_user, north, owner):
    assert api(make_user("a@north.example", "admin", (north,))).post(ADDRESS, POLICY).status_code == 403
    assert api(owner).post(ADDRESS, POLICY).status_code == 403
    assert api(owner).get(ADDRESS).status_code == 403
    assert not RetentionPolicy.objects.exists()
