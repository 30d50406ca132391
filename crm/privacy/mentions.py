"""Every text that names a person, wherever it is kept: all text and JSON columns of all models, by reflection."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from crm.core.encryption import EncryptedTextField
from crm.privacy.identifiers import Identifiers

TEXTS = (models.CharField, models.TextField, models.JSONField)
# Unreadable by design, made anew from other columns, or a file's name that we chose.
NO_TEXT = (EncryptedTextField, models.FileField, models.UUIDField)
SECRETS = {
    *("password", "secret", "client_secret", "previous_secret", "token", "token_secret", "token_hash"),
    *("token_checksum", "digest", "auth_hash", "key", "code", "code_challenge", "device_code", "user_code", "nonce"),
    *("salt", "commitment", "leaf", "fingerprint", "hash", "data", "search_text", "sha256", "header_digest"),
}
# The trail is append-only and has its own way (crm.privacy.trail); Django's own tables name no person.
ELSEWHERE = {
    *("auditlog.AuditEvent", "auditlog.AuditName", "auditlog.AuditSeal", "auditlog.SecurityEvent", "privacy.ErasedHash")
}


@cache
def text_fields(model: type[models.Model]) -> tuple[Any, ...]:
    """Columns in which people write; neither secrets nor choices."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS)
        and not isinstance(field, NO_TEXT)
        and not field.is_relation
        and not field.choices
        and field.name not in SECRETS
    )


def searched_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in ELSEWHERE and model._meta.managed and text_fields(model):
            yield model


def mentioning(model: type[models.Model], found: Identifiers, more: str = "") -> QuerySet[Any]:
    """Rows with a text that may name the person; `strict` has the last word. `more` is a further pattern."""
    pattern = "|".join(filter(None, (found.loose, more)))
    rows = model._base_manager.all()
    if not pattern:
        return rows.none()
    casts, condition = {}, Q()
    for field in text_fields(model):
        if isinstance(field, models.JSONField):
            casts[f"text_of_{field.name}"] = Cast(field.name, models.TextField())
        name = f"text_of_{field.name}" if isinstance(field, models.JSONField) else field.name
        condition |= Q(**{f"{name}__iregex": pattern})
    return rows.alias(**casts).filter(condition)


def names_the_person(row: models.Model, found: Identifiers) -> bool:
    values = (getattr(row, field.attname) for field in text_fields(type(row)))
    return any(found.redact(value) != value for value in values)
