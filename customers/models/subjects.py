"""What notes and documents are about: a customer, contact, lead or deal, and at least one of them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.core.actor import Actor

SUBJECTS = ("customer", "contact", "lead", "deal")
HAS_SUBJECT = Q(customer__isnull=False) | Q(contact__isnull=False) | Q(lead__isnull=False) | Q(deal__isnull=False)


class AboutSubject:
    """For a model with a foreign key named after each of SUBJECTS."""

    @property
    def subject_name(self) -> str:
        """The first that it is about."""
        return next(name for name in SUBJECTS if getattr(self, f"{name}_id"))

    @property
    def subject(self) -> Any:
        return getattr(self, self.subject_name)

    def ensure_subject(self, message: str) -> None:
        """Raises ValidationError with this message where it is about nothing."""
        if not any(getattr(self, f"{name}_id") for name in SUBJECTS):
            raise ValidationError({"customer": ValidationError(message, code="required")})


def subject_for(actor: Actor, record: Any) -> Any:
    """The first that it is about and that the actor may read, if any. What nobody works with is named nowhere."""
    subjects = (getattr(record, name) for name in SUBJECTS)
    return next((one for one in subjects if one is not None and _is_open(actor, one)), None)


def _is_open(actor: Actor, subject: Any) -> bool:
    return bool(actor.covers(f"{subject.RESOURCE}:read", subject)) and not getattr(subject, "is_canary", False)
