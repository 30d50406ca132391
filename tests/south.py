"""One full set of records of team South. Every text in it holds MARK, which nobody of team North may ever see."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from accounts.models import ApiKey, HandOver, Invitation, Session, SsoConnection, Team, User
from auditlog.models import AddressBan, Alert, AnomalyRule, AuditEvent, LegalHold, SecurityEvent, Severity
from auditlog.services import record_many
from crm.bulk.models import BulkItem, BulkRun
from crm.capture.models import LeadSource, Submission
from crm.compliance.models import AccessReview, ProcessingActivity, ReviewItem
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.intake.models import Letter, Mailbox
from crm.lists.models import DefaultView, SavedView
from crm.notices.models import NoticeSettings, Notification, Preference
from crm.ops.models import BackupRun
from crm.outbox.mail import enqueue_mail
from crm.outbox.models import Suppression
from crm.privacy.models import RetentionPolicy, SubjectRequest
from crm.transfer.models import Export, ExportSchedule, ExportTemplate, ImportRun, ScheduledRun
from crm.webhooks.announcing import trial_of
from crm.webhooks.models import Webhook
from customers.models import (
    BillingProfile,
    BulkChange,
    Contact,
    Customer,
    CustomField,
    Document,
    DocumentVersion,
    DuplicatePair,
    Label,
    LabelAssignment,
    Lead,
    Lifecycle,
    Merge,
    Note,
    StoredContent,
)
from deals.models import Activity, Deal, DealContact, Stage, StageChange

MARK = "Zuiderzee"
FRAGMENT = "uiderze"
AMOUNT = "987654"
NO_RECORDS = (Session, SecurityEvent)


def build(team: Team, person: User, actor: Actor) -> dict[str, Any]:
    """Record by the word the tests know it by."""
    own = {"team": team, "owner": person}
    made: dict[str, Any] = {"user": person, "team": team}
    made["customer"] = Customer.objects.create(name=f"{MARK} AG", email=f"hello@{MARK}.example", **own)
    about = {"customer": made["customer"]}
    made["contact"] = Contact.objects.create(first_name="Zoe", last_name=MARK, **about, **own)
    made["lead"] = Lead.objects.create(last_name=f"{MARK} lead", company_name=f"{MARK} works", **own)
    stage = Stage.objects.order_by("position").first()
    made["stage"], made["pipeline"] = stage, stage.pipeline
    deal = {
        "pipeline": stage.pipeline,
        "stage": stage,
        "amount": Decimal(AMOUNT),
        "expected_close_date": timezone.localdate(),
    }
    made["deal"] = Deal.objects.create(name=f"{MARK} deal", **deal, **about, **own)
    DealContact.objects.create(deal=made["deal"], contact=made["contact"])
    StageChange.objects.create(deal=made["deal"], to_stage=stage, actor_id=person.pk, actor_label=MARK)
    made["custom field"] = CustomField.objects.create(holder="customer", type="text", key="size", label="Size")
    made["lifecycle"] = Lifecycle.objects.get(holder="lead")
    made["label"] = Label.objects.create(name=f"{MARK} label", **own)
    LabelAssignment.objects.create(label=made["label"], customer=made["customer"], assigned_by=person)
    everywhere = {word: made[word] for word in ("contact", "lead", "deal")}
    made["note"] = Note.objects.create(body=f"{MARK} note", **about, **everywhere, **own)
    made["billing"] = BillingProfile.objects.create(invoice_email=f"{MARK}@pay.example", **about, **own)
    made["document"] = _document(person, **about, **everywhere, **own)
    due = timezone.now() + timedelta(hours=1)
    made["activity"] = Activity.objects.create(type="call", subject=f"{MARK} call", due_at=due, **about, **own)
    made |= _of_the_house(team, person)
    made["mail"] = enqueue_mail(f"x@{MARK}.example", MARK, MARK, key=MARK, team_id=team.pk)
    kept = {"url": f"https://{MARK}.example/hook", "events": ["*"], "secret": MARK}
    made["webhook"] = Webhook.objects.create(name=f"{MARK} hook", **kept, **own)
    made["webhook delivery"] = trial_of(made["webhook"], key=MARK)
    made["webhook delivery"].save(force_insert=True)
    made["lead source"] = LeadSource.objects.create(name=f"{MARK} form", secret=MARK, **own)
    kept = {"lead_source": made["lead source"], "state": "refused", "body": f'{{"email": ["{MARK}"]}}'}
    made["submission"] = Submission.objects.create(
        reasons=[{"field": "email", "code": MARK, "message": MARK}], **kept, **own
    )
    made["mailbox"] = Mailbox.objects.create(address=f"in@{MARK}.example", host=f"imap.{MARK}.example", username=MARK)
    said = {"subject": f"{MARK} letter", "text": MARK, "other": f"z@{MARK}.example", "contact": made["contact"]}
    made["letter"] = Letter.objects.create(person=person, key=MARK, direction="inbound", **said)
    made["suppression"] = Suppression.objects.create(fingerprint=MARK, address=f"y@{MARK}.example", reason="manual")
    made["ban"] = AddressBan.objects.create(
        network="192.0.2.9", reason=MARK, until=timezone.now() + timedelta(hours=1), banned_by=MARK
    )
    made["backup"] = BackupRun.objects.create(name=f"{MARK}-backup", state="done", requested_by=MARK)
    key = {"name": f"{MARK} key", "created_by": MARK, "digest": MARK, "expires_at": timezone.now() + timedelta(days=9)}
    made["api_key"] = ApiKey.objects.create(user=person, **key)
    record_many(actor, f"{MARK}.created", [made[word] for word in ("customer", "contact", "lead", "deal", "note")])
    made["event"] = AuditEvent.objects.filter(team_id=team.pk).first()
    made["notification"] = _told(person, made["customer"])
    return made | _of_security(team, person)


def _told(person: User, customer: Customer) -> Notification:
    about = {"subject_type": "customer", "subject_id": customer.pk, "link": f"/customers/{customer.pk}/"}
    Preference.objects.create(user=person, kind="mention", mail="digest")
    NoticeSettings.objects.create(user=person)
    said = {"title": f"{MARK} assigned something to you", "text": MARK, "by_label": MARK}
    return Notification.objects.create(recipient=person, kind="assignment", about=MARK, **said, **about)


def _document(person: User, **own: Any) -> Document:
    """Its file is text, so that what is handed out can be searched for MARK."""
    text = f"{MARK} paper".encode()
    digest = hashlib.sha256(text).hexdigest()
    key = storages["documents"].save(f"documents/{uuid7().hex}", ContentFile(text))
    facts = {"file_name": f"{MARK}.txt", "content_type": "text/plain", "size": len(text), "sha256": digest}
    document = Document.objects.create(title=f"{MARK} document", **facts, **own)
    content = StoredContent.objects.create(sha256=digest, key=key, size=len(text), content_type="text/plain")
    version = {"number": 1, "content": content, "file_name": f"{MARK}.txt", "uploaded_by": person}
    DocumentVersion.objects.create(document=document, **version)
    return document


def _of_security(team: Team, person: User) -> dict[str, Any]:
    about = {"person_id": person.pk, "person_label": MARK, "address": MARK}
    seen = {"first_seen_at": timezone.now(), "last_seen_at": timezone.now()}
    rule = AnomalyRule.objects.get(name="many_exports")
    event = SecurityEvent.objects.create(kind="data.exported", severity=Severity.LOW, team_id=team.pk, **about)
    alert = Alert.objects.create(rule=rule, severity=Severity.LOW, subject=MARK, home_team_id=team.pk, **about, **seen)
    return {"security event": event, "alert": alert, "rule": rule}


def _of_the_house(team: Team, person: User) -> dict[str, Any]:
    own = {"team": team, "owner": person}
    run = ImportRun.objects.create(
        resource="contacts", file_name=f"{MARK}.csv", encoding="utf-8", headers=[MARK], **own
    )
    export = Export.objects.create(owner=person, resource="contacts", format="csv", filters={"search": MARK})
    kept = {"owner": person, "team": team, "resource": "contacts", "format": "csv", "columns": ["id"]}
    template = ExportTemplate.objects.create(name=f"{MARK} template", filters={"search": MARK}, **kept)
    planned = {"owner": person, "template": template, "time_zone": "UTC", "next_run_at": timezone.now()}
    schedule = ExportSchedule.objects.create(name=f"{MARK} schedule", **planned)
    ScheduledRun.objects.create(schedule=schedule, export=export, state="failed", result=MARK)
    sso = SsoConnection.objects.create(name=f"{MARK} ID", domains=["south.example"], is_enabled=False)
    session = Session.objects.create(
        key=MARK, data="", user=person, auth_hash=person.get_session_auth_hash(), agent=MARK, address=MARK
    )
    merge = Merge.objects.create(kind="customer", team=team, winner_id=uuid7(), loser_id=uuid7(), by=person)
    ends = sorted((uuid7(), uuid7()))
    pair = DuplicatePair.objects.create(kind="customer", team=team, left_id=ends[0], right_id=ends[1], score=90)
    bulk_run = BulkRun.objects.create(owner=person, resource="customers", action="archive", about=f"{MARK} archive")
    BulkItem.objects.create(run=bulk_run, record_id=uuid7(), label=MARK, state="stayed", reason=MARK)
    change = BulkChange.objects.create(user=person, model="customer", action="archive", before={})
    moved = {"customers": {"to": str(person.pk), "ids": []}}
    hand_over = HandOver.objects.create(person=person, team=team, by_label=MARK, moved=moved)
    asked = {"role": person.role, "invited_by": person, "expires_at": timezone.now() + timedelta(days=7)}
    invitation = Invitation.objects.create(email=f"new@{MARK}.example", token_hash=MARK, **asked)
    invitation.teams.add(team)
    subject = SubjectRequest.objects.create(person=MARK, **own)
    kept = {"kind": "note", "action": "archive", "keep_days": 30, "basis": "tidiness"}
    retention = RetentionPolicy.objects.create(**kept)
    hold = LegalHold.objects.create(object_type="customer", object_id=str(uuid7()), object_label=MARK, reason=MARK)
    made = {
        "legal hold": hold,
        "retention policy": retention,
        "subject request": subject,
        "import": run,
        "export": export,
        "export template": template,
        "export schedule": schedule,
        "bulk": change,
        "bulk run": bulk_run,
        "merge": merge,
        "duplicate pair": pair,
        "hand-over": hand_over,
    }
    due = {"due_on": timezone.localdate(), "started_by_label": MARK}
    review = AccessReview.objects.create(name=f"{MARK} review", scope="team", team=team, **due)
    about = {"person_id": person.pk, "person_label": MARK, "person_email": person.email, "label": MARK}
    item = ReviewItem.objects.create(review=review, kind="role", target_id=str(person.role_id), **about)
    activity = ProcessingActivity.objects.create(name=f"{MARK} processing", lawful_basis="consent")
    kept = {"name": f"{MARK} view", "search": MARK, "visibility": "team", "team": team, "owner": person}
    made["view"] = SavedView.objects.create(resource="customers", **kept)
    DefaultView.objects.create(user=person, resource="customers", view=made["view"])
    made |= {"review": review, "review item": item, "processing": activity}
    return {**made, "session": session, "sso": sso, "invitation": invitation}


def fingerprint() -> dict[str, list[Any]]:
    """Every row of every table that holds records, so that a refused request can be shown to have changed nothing.

    Browser sessions are no records: they come with each visitor; and that somebody was refused is kept on purpose.
    """
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in _records()}


def _records() -> Iterator[type[models.Model]]:
    for label in (
        "customers",
        "deals",
        "accounts",
        "auditlog",
        "transfer",
        "privacy",
        "compliance",
        "lists",
        "bulk",
        "webhooks",
        "capture",
        "intake",
        "notices",
    ):
        yield from (model for model in apps.get_app_config(label).get_models() if model not in NO_RECORDS)
