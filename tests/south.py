"""One full set of records of team South. Every text in it holds MARK, which nobody of team North may ever see."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts.models import ApiKey, HandOver, Invitation, Session, SsoConnection, Team, User
from auditlog.models import AuditEvent
from auditlog.services import record_many
from crm.core.actor import Actor
from crm.transfer.models import ImportRun
from customers.models import BulkChange, Contact, Customer, Label, LabelAssignment, Lead, Note
from deals.models import Activity, Deal, DealContact, Stage, StageChange

MARK = "Zuiderzee"
FRAGMENT = "uiderze"
AMOUNT = "987654"


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
    made["label"] = Label.objects.create(name=f"{MARK} label", **own)
    LabelAssignment.objects.create(label=made["label"], customer=made["customer"], assigned_by=person)
    made["note"] = Note.objects.create(body=f"{MARK} note", deal=made["deal"], **about, **own)
    due = timezone.now() + timedelta(hours=1)
    made["activity"] = Activity.objects.create(type="call", subject=f"{MARK} call", due_at=due, **about, **own)
    made |= _of_the_house(team, person)
    key = {"name": f"{MARK} key", "created_by": MARK, "digest": MARK, "expires_at": timezone.now() + timedelta(days=9)}
    made["api_key"] = ApiKey.objects.create(user=person, **key)
    record_many(actor, f"{MARK}.created", [made[word] for word in ("customer", "contact", "lead", "deal", "note")])
    made["event"] = AuditEvent.objects.filter(team_id=team.pk).first()
    return made


def _of_the_house(team: Team, person: User) -> dict[str, Any]:
    own = {"team": team, "owner": person}
    run = ImportRun.objects.create(
        resource="contacts", file_name=f"{MARK}.csv", encoding="utf-8", headers=[MARK], **own
    )
    sso = SsoConnection.objects.create(name=f"{MARK} ID", domains=["south.example"], is_enabled=False)
    session = Session.objects.create(
        key=MARK, data="", user=person, auth_hash=person.get_session_auth_hash(), agent=MARK, address=MARK
    )
    change = BulkChange.objects.create(user=person, model="customer", action="archive", before={})
    moved = {"customers": {"to": str(person.pk), "ids": []}}
    hand_over = HandOver.objects.create(person=person, team=team, by_label=MARK, moved=moved)
    asked = {"role": person.role, "invited_by": person, "expires_at": timezone.now() + timedelta(days=7)}
    invitation = Invitation.objects.create(email=f"new@{MARK}.example", token_hash=MARK, **asked)
    invitation.teams.add(team)
    made = {"import": run, "bulk": change, "hand-over": hand_over}
    return {**made, "session": session, "sso": sso, "invitation": invitation}


def fingerprint() -> dict[str, list[Any]]:
    """Every row of every table that holds records, so that a refused request can be shown to have changed nothing.

    Browser sessions are no records: they come with each visitor.
    """
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in _records()}


def _records() -> Iterator[type[models.Model]]:
    for label in ("customers", "deals", "accounts", "auditlog", "transfer"):
        yield from (model for model in apps.get_app_config(label).get_models() if model is not Session)
