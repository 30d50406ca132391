"""Every mail as shipped can be sent; an administrator changes words and nothing more, and takes them back."""

import base64
import hashlib
import re
from email import message_from_bytes, policy
from html import unescape

import pytest
from django.core import mail as mailbox

from accounts import mail_kinds
from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.errors import Forbidden, Invalid, NotFound, Stale
from crm.mailroom.templates import mail_template_reset, mail_template_test, mail_template_update
from crm.outbox.draining import drain
from crm.outbox.mail import send
from crm.outbox.mail_kinds import KINDS
from crm.outbox.mail_writing import Wording, faults, shipped, write, write_as
from crm.outbox.models import Delivery, MailTemplate

pytestmark = pytest.mark.django_db
WELCOME, BASE = mail_kinds.WELCOME, "/settings/emails/templates/"
VALUES = {"name": "Olive Owner", "email": "olive@north.example"}


def words(**changes):
    given = shipped(WELCOME)
    return {"subject": given.subject, "text": given.text, "html": given.html, "version": "0", **changes}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_mail_as_shipped_says_the_same_in_text_and_html(name):
    kind = KINDS[name]
    assert not faults(kind, shipped(kind))
    written = write_as(kind, shipped(kind), kind.samples)
    for variable, one in kind.variables.items():
        if f"{{{{ {variable} }}}}" in str(kind.text):
            assert one.sample in written.text, variable
            assert one.sample in unescape(written.html), variable
    assert "{{" not in written.text + written.html and "{%" not in written.text + written.html
    assert "\n" not in written.subject


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_mail_parses_under_the_strict_policy(name, superadmin):
    mail_template_test(actor_for(superadmin), name, to="olive@north.example")
    drain()
    message = message_from_bytes(mailbox.outbox[0].message().as_bytes(), policy=policy.strict)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert not message.defects and message["Message-ID"] and message["To"] == "olive@north.example"


def test_every_mail_that_is_sent_is_of_a_known_kind():
    assert {kind.name for kind in mail_kinds.ACCOUNT_MAILS} <= set(KINDS) and "security_alert" in KINDS


def test_changed_words_are_sent_from_the_next_mail_on(admin):
    actor = actor_for(admin)
    mail_template_update(actor, "welcome", version=0, subject="Hi {{ name }}", text="Hi {{ name }}!")
    written = write(WELCOME, VALUES)
    assert written.subject == "Hi Olive Owner" and written.text.startswith("Hi Olive Owner!")
    assert "Your account is ready" in written.html, "what was not changed stays as shipped"
    mail_template_update(actor, "welcome", version=1, subject="Hello {{ name }}")
    assert write(WELCOME, VALUES).subject == "Hello Olive Owner"
    event = AuditEvent.objects.filter(action="mail_templates.updated").get()
    assert "Hi {{ name }}" in event.changes and "Hello {{ name }}" in event.changes


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", "{{ password }}", "There is no password in this mail"),
        ("text", "{{ name.password }}", "not part of the language"),
        ("html", "<p>{{ name</p>", "stands alone"),
        ("html", "<script>x</script>", "<script> is not allowed"),
        ("html", "<a href='{{ name }}'>x</a>", "href is https"),
        ("subject", "two\nlines", "one line"),
    ],
)
def test_what_could_not_be_sent_is_not_saved(admin, field, value, said):
    with pytest.raises(Invalid) as refused:
        mail_template_update(actor_for(admin), "welcome", **{field: value})
    (detail,) = refused.value.details
    assert (detail["field"], detail["code"]) == (field, "template_fault") and said in detail["message"]
    assert not MailTemplate.objects.exists()


def test_two_editors_do_not_overwrite_each_other(admin):
    actor = actor_for(admin)
    mail_template_update(actor, "welcome", version=0, subject="First")
    for stale in (0, 7):
        with pytest.raises(Stale):
            mail_template_update(actor, "welcome", version=stale, subject="Second")
    assert MailTemplate.objects.get().subject == "First"


def test_the_shipped_words_come_back_and_the_trail_keeps_the_others(admin):
    actor = actor_for(admin)
    mail_template_update(actor, "welcome", subject="Mine")
    mail_template_reset(actor, "welcome")
    mail_template_reset(actor, "welcome")
    assert write(WELCOME, VALUES).subject == "Welcome to Vouch"
    assert "Mine" in AuditEvent.objects.get(action="mail_templates.reset").changes


def test_words_that_a_new_version_no_longer_knows_lose_no_mail(admin):
    MailTemplate.objects.create(name="welcome", subject="{{ gone }}", text="x", html="<p>x</p>")
    assert write(WELCOME, VALUES).subject == "Welcome to Vouch"


def test_who_may_not_manage_e_mail_changes_nothing(marketer, owner, sign_in):
    for person in (marketer, owner):
        for act in (mail_template_update, mail_template_reset):
            with pytest.raises(Forbidden):
                act(actor_for(person), "welcome")
        client = sign_in(person)
        assert client.get(BASE).status_code == client.get(f"{BASE}welcome/").status_code == 403
        assert client.post(f"{BASE}welcome/", words(subject="x")).status_code == 403
    assert not MailTemplate.objects.exists()


def test_there_is_no_mail_of_another_name(admin):
    with pytest.raises(NotFound):
        mail_template_update(actor_for(admin), "nothing", subject="x")


def test_what_a_person_is_called_is_escaped_and_no_header(admin):
    send(WELCOME, "olive@north.example", name='<img src=x onerror="1">', email="a@b.example")
    mail = Delivery.objects.get().content()
    assert "<img src=x" not in mail["html"] and "&lt;img src=x" in mail["html"] and "<img src=x" in mail["text"]
    mail_template_update(actor_for(admin), "welcome", subject="Hi {{ name }}")
    send(WELCOME, "olive@north.example", name="x\r\nBcc: all@b.example", email="a@b.example")
    drain()
    assert mailbox.outbox[-1].subject == "Hi x Bcc: all@b.example" and mailbox.outbox[-1].recipients() == [
        "olive@north.example"
    ]


def test_the_pages_change_try_and_reset(admin, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(admin)
    assert "Password reset" in client.get(BASE).content.decode()
    page = client.get(f"{BASE}welcome/").content.decode()
    assert "Welcome to {{ product }}" in page and 'sandbox title="Preview' in page
    refused = client.post(f"{BASE}welcome/", words(text="{{ secret }}"))
    assert refused.status_code == 422 and "Line 1: There is no secret in this mail" in refused.content.decode()
    assert "{{ secret }}" in refused.content.decode(), "what was typed is still there"
    assert client.post(f"{BASE}welcome/", words(subject="Servus {{ name }}")).status_code == 302
    stale = client.post(f"{BASE}welcome/", words(subject="Too late"))
    assert stale.status_code == 412 and "Too late" in stale.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{BASE}welcome/test/")
    assert [mail.subject for mail in mailbox.outbox] == ["Servus Olive Owner"] and mailbox.outbox[0].to == [admin.email]
    client.post(f"{BASE}welcome/reset/")
    assert not MailTemplate.objects.exists()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_preview_is_alone_in_its_frame(name, admin, sign_in):
    answer = sign_in(admin).get(f"{BASE}{name}/preview/?theme=dark")
    html, policy_of = answer.content.decode(), answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN" and policy_of.endswith("sandbox")
    assert "default-src 'none'" in policy_of and "unsafe-inline" not in policy_of and "script-src" not in policy_of
    allowed = set(re.findall(r"'sha256-([^']+)'", policy_of))
    styles = {*map(unescape, re.findall(r' style="([^"]*)"', html)), *re.findall(r"<style>(.*?)</style>", html)}
    digests = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in styles}
    assert digests and digests <= allowed


def test_a_preview_shows_what_is_typed_and_keeps_nothing(admin, sign_in):
    client = sign_in(admin)
    answer = client.post(f"{BASE}welcome/preview/", words(html="<p>Grüezi {{ name }}</p>", theme="light"))
    assert "Grüezi Olive Owner" in answer.content.decode() and not MailTemplate.objects.exists()
    wrong = client.post(f"{BASE}welcome/preview/", words(html="<script>x</script>"))
    assert wrong.status_code == 422 and "&lt;script&gt; is not allowed" in wrong.content.decode()
    assert "<script>" not in wrong.content.decode()


def test_faults_are_named_for_each_field():
    found = faults(WELCOME, Wording("{{ a }}", "{{ b }}", "<b>"))
    assert sorted(found) == ["html", "subject", "text"]
