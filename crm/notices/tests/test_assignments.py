"""A record becomes somebody's: they are told in the same transaction; of many at once, in one line."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, transaction

from auditlog.models import AuditEvent
from crm.bulk import services as bulk
from crm.bulk.driving import BULK
from crm.core.actor import Origin
from crm.notices.models import Notification
from crm.outbox.draining import drain
from crm.transfer import services as imports
from customers import services
from customers.models import Customer, Lead
from customers.services.bulk import records_assign
from customers.tests.import_files import as_csv, uploaded
from deals import services as deals
from tests.meeting import at_once
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db


def told(*people):
    rows = Notification.objects.filter(kind="assignment").order_by("created_at", "id")
    return [one.heading for one in rows if not people or one.recipient in people]


def test_a_new_owner_is_told_and_nobody_for_what_they_take_themselves(actor, as_actor, owner, teammate, acme):
    services.customer_update(actor, acme.pk, owner=teammate)
    assert told() == ["Olive Owner assigned Acme to you"]
    services.customer_update(as_actor(teammate), acme.pk, owner=owner)
    assert told(owner) == ["Tom Teammate assigned Acme to you"]
    services.customer_update(actor, acme.pk, industry="Trade")
    services.customer_create(actor, name="Mine", owner=owner)
    assert len(told()) == 2


def test_a_record_and_an_activity_are_born_with_an_owner(actor, teammate, acme):
    services.lead_create(actor, last_name="Lindgren", owner=teammate)
    deals.activity_create(actor, type="task", subject="Ring Ann", customer=acme, owner=teammate)
    assert told() == ["Olive Owner assigned Lindgren to you", "Olive Owner assigned Ring Ann to you"]
    assert set(Notification.objects.values_list("text", flat=True)) == {"Lead", "Activity"}


def test_what_is_taken_back_was_never_told(actor, teammate, acme):
    with transaction.atomic():
        services.customer_update(actor, acme.pk, owner=teammate)
        transaction.set_rollback(True)
    assert told() == [] and not AuditEvent.objects.filter(action="customers.updated").exists()


def test_a_list_that_is_given_away_is_one_line_with_a_link_to_them(actor, teammate, owner, north):
    rows = Customer.objects.bulk_create(Customer(name=f"C{n}", team=north, owner=owner) for n in range(300))
    with counted_queries() as many:
        records_assign(actor, Customer, [one.pk for one in rows], teammate)
    (notice,) = Notification.objects.all()
    assert notice.heading == "Olive Owner assigned 300 records to you"
    assert (notice.link, notice.count) == (f"/customers/?owner={teammate.pk}", 300)
    assert many.count < 40


def test_a_bulk_change_in_the_background_is_one_line(actor, teammate, owner, north, monkeypatch):
    rows = Customer.objects.bulk_create(Customer(name=f"C{n}", team=north, owner=owner) for n in range(120))
    ids = [str(one.pk) for one in rows]
    run = bulk.bulk_order(actor, resource="customers", action="update", values={"owner": teammate}, ids=ids)
    drain(kinds=[BULK.kind])
    run.refresh_from_db()
    assert run.done_count == 120 and told() == ["Olive Owner assigned 120 records to you"]
    done = Notification.objects.get(kind="bulk_finished")
    assert (done.recipient_id, done.text, done.link) == (owner.pk, "120 changed", f"/bulk/{run.pk}/")


def test_an_import_is_one_line_for_each_who_got_some(actor, as_actor, manager, owner, teammate):
    rows = [["Birch", str(n), (owner if n % 3 else teammate).email] for n in range(9)]
    file = uploaded(as_csv(["First name", "Last name", "Owner"], rows))
    run = imports.import_create(as_actor(manager), file, resource="contacts")
    imports.import_start(as_actor(manager), run.pk)
    drain(kinds=["import"])
    assert told(owner) == ["Mary Manager assigned 6 records to you"]
    assert told(teammate) == ["Mary Manager assigned 3 records to you"]
    assert [one.title for one in Notification.objects.filter(recipient=manager)] == [
        "Your import of export.csv has finished"
    ]


def test_who_leaves_hands_over_records_of_all_kinds_in_one_line(
    superadmin, as_actor, owner, teammate, acme, north, sign_in
):
    Lead.objects.create(last_name="Lindgren", team=north, owner=owner)
    client = sign_in(superadmin)
    client.post(f"/settings/people/{owner.pk}/hand-over/", {"what": "hand_over", "to": str(teammate.pk)})
    (notice,) = Notification.objects.all()
    assert notice.heading == "Sue Super assigned 2 records to you"
    assert (notice.subject_type, notice.link) == ("", "")


def test_more_of_the_same_act_is_news_again(actor, teammate, acme, north, owner):
    acting = replace(actor, origin=Origin(trace_id="bulk-1"))
    services.customer_update(acting, acme.pk, owner=teammate)
    Notification.objects.update(read_at="2026-01-01T00:00Z", mail_due_at=None)
    other = Customer.objects.create(name="Other", team=north, owner=owner)
    services.customer_update(acting, other.pk, owner=teammate)
    (notice,) = Notification.objects.all()
    assert (notice.count, notice.read_at) == (2, None) and notice.mail_due_at > notice.shown_at


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_writers_of_one_act_count_together(actor, teammate, owner, north):
    """Each finds nothing to count up, the first insert wins, and the others count on it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    acting = replace(actor, origin=Origin(trace_id="import-1"))
    rows = [Customer.objects.create(name=f"C{n}", team=north, owner=owner) for n in range(4)]
    at_once([partial(services.customer_update, acting, one.pk, owner=teammate) for one in rows])
    assert told() == ["Olive Owner assigned 4 records to you"]
