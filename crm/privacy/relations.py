"""Every row that is linked to a person, found by reflection over all models: a new model cannot be forgotten."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, UUIDField

from crm.core.former_ids import ids_of
from crm.core.relations import label_of, links_to
from crm.privacy.subjects import kind_of

# Links to a person that say nothing about one.
EXCEPTED = {
    "accounts.Application.user": "the account a program acts as by itself, which is nobody",
}

# People named by a plain id, because the row outlives them: field → kinds it may name.
NAMED_BY_ID: dict[str, tuple[str, ...]] = {
    "accounts.HandOver.by_id": ("user",),
    "api.StoredAnswer.actor_id": ("user",),
    "auditlog.Alert.person_id": ("user",),
    "auditlog.AlertEntry.actor_id": ("user",),
    "auditlog.AuditEvent.actor_id": ("user",),
    "auditlog.ReadVolume.person_id": ("user",),
    "auditlog.SecurityEvent.person_id": ("user",),
    "bulk.BulkItem.record_id": ("contact", "lead", "customer"),
    "compliance.ReviewItem.decided_by_id": ("user",),
    "compliance.ReviewItem.person_id": ("user",),
    "customers.BulkChange.target": ("user",),
    "customers.DuplicatePair.left_id": ("contact", "lead", "customer"),
    "customers.DuplicatePair.right_id": ("contact", "lead", "customer"),
    "customers.Merge.loser_id": ("contact", "lead", "customer"),
    "customers.Merge.winner_id": ("contact", "lead", "customer"),
    "deals.StageChange.actor_id": ("user",),
    "notices.Notification.subject_id": ("contact", "lead", "customer"),
    "outbox.Delivery.sent_by_id": ("user",),
    "transfer.ImportConflict.record_id": ("contact", "lead", "customer"),
    "transfer.ImportedUpdate.record_id": ("contact", "lead", "customer"),
    "transfer.ImportRow.record_id": ("contact", "lead", "customer"),
}
# Ids that name no person.
OTHER_IDS = {
    "accounts.IDToken.jti": "the token's own number",
    "auditlog.Alert.home_team_id": "a team",
    "auditlog.Alert.key_id": "a key, whose person is named beside it",
    "auditlog.AlertEvidence.event_id": "a security event",
    "auditlog.AuditEvent.team_id": "a team",
    "auditlog.AuditTally.team_id": "a team",
    "auditlog.ReadVolume.team_id": "a team",
    "customers.IdentifierKey.customer_id": "made of the customer by the database, which removes it with what it is of",
    "bulk.BulkRun.lease": "who works on it just now: a process",
    "ops.JobRun.lease_token": "who runs it just now: a process",
    "auditlog.SecurityEvent.team_id": "a team",
    "outbox.Delivery.team_id": "a team",
    "outbox.Delivery.lease_token": "who sends it just now: a process",
    "transfer.ExportTemplate.view_id": "a saved view",
    "transfer.Export.lease": "who writes an export just now: a process",
    "privacy.SubjectWork.lease": "who works on it just now: a process",
    "privacy.SubjectWork.position": "an event up to which the trail was read",
    "transfer.ImportRun.lease": "who works on an import just now: a process",
}

# What belongs to a linked row and tells of the person through it: kind → (model, path).
FURTHER: dict[str, tuple[tuple[str, str], ...]] = {
    "contact": (
        ("deals.Deal", "deal_contacts__contact"),
        ("deals.StageChange", "deal__deal_contacts__contact"),
        ("customers.DocumentVersion", "document__contact"),
    ),
    "customer": (("deals.StageChange", "deal__customer"), ("customers.DocumentVersion", "document__customer")),
    "lead": (("customers.DocumentVersion", "document__lead"),),
    "user": (
        ("accounts.ApiKeyUse", "key__user"),
        ("account.EmailConfirmation", "email_address__user"),
        ("socialaccount.SocialToken", "account__user"),
    ),
}

Linked = dict[type[Model], Q]


def linked_to(subjects: Iterable[Any]) -> Linked:
    """Model → condition for the rows that are these people, point to them, or belong to what points to them."""
    found: Linked = defaultdict(Q)
    for subject in subjects:
        found[type(subject)] |= Q(pk=subject.pk)
        for field in links_to(type(subject)):
            if label_of(field) not in EXCEPTED:
                found[field.model] |= Q(**{field.name: subject.pk})
        _by_id(found, kind_of(subject), subject.pk)
        _by_path(found, kind_of(subject), subject.pk)
        found[apps.get_model("webhooks", "WebhookTry")] |= Q(delivery__series__endswith=f":{subject.pk}")
        found[apps.get_model("auditlog", "Familiar")] |= Q(subject__endswith=str(subject.pk))
        found[apps.get_model("auditlog", "AuditEvent")] |= Q(
            object_type=kind_of(subject), object_id__in=ids_of(subject)
        )
        found[apps.get_model("auditlog", "LegalHold")] |= Q(object_type=kind_of(subject), object_id=str(subject.pk))
    return dict(found)


def _by_id(found: Linked, kind: str, pk: UUID) -> None:
    for label, kinds in NAMED_BY_ID.items():
        model, _dot, name = label.rpartition(".")
        if kind in kinds:
            found[apps.get_model(model)] |= Q(**{name: pk})


def _by_path(found: Linked, kind: str, pk: UUID) -> None:
    for label, path in FURTHER[kind]:
        model = apps.get_model(label)
        found[model] |= Q(pk__in=model._base_manager.filter(**{path: pk}).values("pk"))


def why(row: Model, subjects: Iterable[Any]) -> list[str]:
    """Which of the row's links lead to the person, in the words of its fields."""
    pks = {subject.pk for subject in subjects}
    links = (field for field in row._meta.concrete_fields if field.is_relation or isinstance(field, UUIDField))
    return [str(field.verbose_name) for field in links if getattr(row, field.attname) in pks and not field.primary_key]
