"""Who is told, of what they may read, and once."""

import pytest
from django.db import connection

from accounts.models import Membership, Role, User
from crm.core.ids import uuid7
from crm.notices.models import Notification, Preference
from tests.meeting import at_once

pytestmark = pytest.mark.django_db


def test_a_colleague_is_told_and_who_did_it_and_strangers_to_the_record_are_not(tell, owner, teammate, outsider):
    assert (tell(owner), tell(outsider)) == (None, None)
    told = tell(teammate)
    assert (told.recipient_id, told.link) == (teammate.pk, f"/customers/{told.subject_id}/")
    assert Notification.objects.count() == 1


def test_who_may_read_no_customers_is_not_told_of_one(tell, make_user, north):
    blind = make_user("blind@north.example", teams=(north,))
    User.objects.filter(pk=blind.pk).update(role=Role.objects.create(name="blind", label="Blind", grants={}))
    assert tell(blind) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_service": True}])
def test_nobody_is_told_who_is_gone_or_a_program(tell, teammate, change):
    User.objects.filter(pk=teammate.pk).update(**change)
    assert tell(teammate) is None


def test_a_record_that_is_gone_tells_nobody(tell, teammate):
    assert tell(teammate, subject=("customer", uuid7())) is None
    assert tell(teammate, subject=("nothing", uuid7())) is None


def test_the_same_again_is_the_same_and_another_slot_is_another(tell, teammate):
    assert tell(teammate) and tell(teammate, slot="later") and tell(teammate, kind="mention")
    assert tell(teammate) is None and tell(teammate, slot="later") is None
    assert Notification.objects.count() == 3


@pytest.mark.parametrize(
    ("in_page", "mail", "shown"), [(True, "none", True), (False, "now", False), (False, "none", None)]
)
def test_it_comes_the_way_that_was_chosen(tell, teammate, in_page, mail, shown):
    Preference.objects.create(user=teammate, kind="assignment", in_page=in_page, mail=mail)
    told = tell(teammate)
    assert (told.in_page if told else None) is shown
    assert bool(told and told.mail_due_at) is (mail == "now")


def test_who_left_the_team_reads_no_more_of_it_than_that_there_was_something(tell, teammate, sign_in, api):
    told = tell(teammate)
    assert b"Olive Owner assigned Acme to you" in sign_in(teammate).get("/notifications/").content
    Membership.objects.filter(user=teammate).delete()
    client = sign_in(teammate)
    page = client.get("/notifications/").content.decode()
    assert "Acme" not in page and "Something you can no longer see" in page
    assert "Acme" not in client.get("/notifications/panel/").content.decode()
    (shown,) = api(teammate).get("notifications").json()["results"]
    assert (shown["title"], shown["link"]) == ("Something you can no longer see", "")
    assert client.get(f"/notifications/{told.pk}/open/").status_code == 404


@pytest.mark.postgres
class TestSeveralAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_without_the_constraint_each_tells_and_with_it_one(self, tell, teammate):
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has one writer at a time")
        (once,) = Notification._meta.constraints
        with connection.schema_editor() as editor:
            editor.remove_constraint(Notification, once)
        try:
            assert all(at_once([lambda: tell(teammate)] * 4))
            assert Notification.objects.count() == 4
            Notification.objects.all().delete()
        finally:
            with connection.schema_editor() as editor:
                editor.add_constraint(Notification, once)
        told = at_once([lambda: tell(teammate)] * 4)
        assert len([one for one in told if one]) == 1 and Notification.objects.count() == 1
