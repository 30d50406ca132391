"""Mailboxes by page and service: who may, what is refused, and that nobody sees a password again."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import connection
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.encryption import Unreadable
from crm.core.errors import CrmError
from crm.intake import services
from crm.intake.models import Mailbox, Outcome, Received
from crm.intake.probing import HEADER, probes_send
from crm.intake.pulling import take_in
from crm.intake.standing import needs_a_look, unproved
from crm.intake.tests.conftest import HOUSE
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db
BASE, SECRET = "/settings/mailboxes/", "Lantern-in-a-mailbox-7"
GIVEN = {"address": HOUSE, "host": "imap.vouch.example", "port": 993, "username": "crm", "folder": "INBOX"}


def test_an_administrator_makes_one_on_the_page_and_no_page_shows_the_password(sign_in, admin):
    client = sign_in(admin)
    answer = client.post(f"{BASE}new/", {**GIVEN, "password": SECRET, "is_active": "on"})
    assert answer.status_code == 302, answer.content.decode()
    box = Mailbox.objects.get()
    assert box.password() == SECRET
    for path in (BASE, f"{BASE}{box.pk}/", f"{BASE}{box.pk}/edit/", f"/admin/intake/mailbox/{box.pk}/change/"):
        assert SECRET not in client.get(path, follow=True).content.decode()
    assert not [one for one in AuditEvent.objects.all() if SECRET in one.changes]


def test_the_password_lies_encrypted_and_opens_in_its_row_alone(box, actor):
    other = services.mailbox_create(actor, password="other", **{**GIVEN, "address": "other@vouch.example"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM intake_mailbox")
        assert not [one for (one,) in cursor.fetchall() if "other" in one]
        cursor.execute("SELECT secret FROM intake_mailbox WHERE username = 'crm'")
        cursor.execute("UPDATE intake_mailbox SET secret = %s WHERE username <> 'crm'", cursor.fetchone())
    with pytest.raises(Unreadable):
        Mailbox.objects.get(pk=box.pk).password()
    assert Mailbox.objects.get(pk=other.pk).password() == "other"


def test_who_may_not_manage_e_mail_comes_to_no_page(sign_in, owner, box):
    client = sign_in(owner)
    for path in ("", "new/", f"{box.pk}/", f"{box.pk}/edit/", f"{box.pk}/delete/"):
        assert client.get(f"{BASE}{path}").status_code == 403
    assert client.post(f"{BASE}{box.pk}/probe/").status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": "10.0.0.1"}, "host"),
        ({"host": "169.254.169.254"}, "host"),
        ({"host": "::ffff:10.0.0.1"}, "host"),
        ({"host": "https://imap.vouch.example"}, "host"),
        ({"port": 0}, "port"),
        ({"certificate": "no certificate"}, "certificate"),
        ({"folder": "Posteingänge"}, "folder"),
        ({"password": "two\r\nlines"}, "password"),
        ({"password": ""}, "password"),
        ({"address": "nobody"}, "address"),
    ],
)
def test_what_is_refused(change, field, actor):
    with pytest.raises(CrmError) as refused:
        services.mailbox_create(actor, **{"password": "p", **GIVEN, **change})
    assert [one["field"] for one in refused.value.details] == [field] and not Mailbox.objects.exists()


def test_a_private_host_is_the_operator_s_to_allow(actor, settings):
    settings.MAILBOX_PRIVATE_HOSTS = True
    assert services.mailbox_create(actor, password="p", **{**GIVEN, "host": "10.0.0.1"}).host == "10.0.0.1"


def test_the_password_goes_to_no_other_server_by_a_change(actor, box):
    with pytest.raises(CrmError):
        services.mailbox_update(actor, box.pk, host="imap.evil.example")
    changed = services.mailbox_update(actor, box.pk, host="imap2.vouch.example", password="new")
    assert changed.password() == "new" and (changed.uid_validity, changed.last_uid, changed.proved_at) == (0, 0, None)


def test_it_is_proved_by_a_mail_that_came_back_and_by_no_other(actor, box, again):
    services.mailbox_probe(actor, box.pk)
    drain()
    sent = outbox.outbox[-1].message()
    assert sent[HEADER] == again(box).probe and sent["To"] == HOUSE
    forged = sent.as_bytes().replace(again(box).probe.encode(), b"x" * 43)
    take_in(box, 1, forged, len(forged))
    assert Received.objects.latest("id").outcome != Outcome.PROBE and again(box).proved_at is None
    raw = sent.as_bytes() + b"\r\n"
    take_in(box, 2, raw, len(raw))
    assert Received.objects.latest("id").outcome == Outcome.PROBE
    assert again(box).proved_at and again(box).proof_seconds is not None and not again(box).probe


def test_by_the_clock_the_house_s_are_proved_and_people_s_are_left_in_peace(actor, box, owner, again):
    own = services.mailbox_create(actor, password="p", person=owner, **{**GIVEN, "address": "olive@mail.example"})
    now = timezone.now()
    assert probes_send(actor, now) == "1 sent." and probes_send(actor, now) == "0 sent."
    assert again(box).probe and not again(own).probe
    assert probes_send(actor, now + timedelta(hours=8)) == "1 sent."


def test_it_needs_a_look_when_nothing_was_proved_for_too_long(box, api, admin, settings):
    later = timezone.now() + timedelta(hours=25)
    assert not needs_a_look(box) and needs_a_look(box, later) and unproved(later) == [box]
    Mailbox.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert api(admin).get("health").json()["checks"]["mail_intake"] == "degraded"
    Mailbox.objects.update(proved_at=timezone.now())
    assert api(admin).get("health").json()["checks"]["mail_intake"] == "ok"
    Mailbox.objects.update(proved_at=None, is_active=False)
    assert api(admin).get("health").json()["checks"]["mail_intake"] == "ok"


def test_the_page_says_when_it_was_proved_and_what_went_wrong(sign_in, admin, box):
    Mailbox.objects.update(last_error="OSError: no route to host", failures=1)
    page = sign_in(admin).get(f"{BASE}{box.pk}/").content.decode()
    assert "no route to host" in page and "Last proved message" in page and "none yet" in page


def test_deleting_it_leaves_its_end_in_the_trail(sign_in, admin, box):
    assert sign_in(admin).post(f"{BASE}{box.pk}/delete/").status_code == 302
    assert not Mailbox.objects.exists() and AuditEvent.objects.filter(action="mailboxes.deleted").exists()
