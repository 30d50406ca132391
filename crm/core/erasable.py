"""People who can be erased for good; what was blanked is never written over again, whichever door tries."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from crm.core.errors import Erased

# What stands where a name was; texts that named them have it, too.
ERASED = "Erased person"


class Erasable(models.Model):
    """BLANK says what stands in each personal column once somebody is erased: {field: value}.

    `save` refuses anything else there, for every service; the table's constraint (`stays_blank`) does so for writes
    that pass no `save`.
    """

    erased_at = models.DateTimeField(null=True, editable=False)

    BLANK: ClassVar[dict[str, Any]]

    class Meta:
        abstract = True

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises Erased."""
        if self.is_erased and any(getattr(self, name) != value for name, value in self.BLANK.items()):
            raise Erased()
        super().save(*args, **kwargs)


def stays_blank(table: str, blank: dict[str, Any]) -> models.CheckConstraint:
    """The constraint that keeps an erased row blank; its name begins with `table`."""
    return models.CheckConstraint(condition=Q(erased_at__isnull=True) | Q(**blank), name=f"{table}_{Erased.CONSTRAINT}")


def places(*kinds: str) -> tuple[str, ...]:
    """The columns of an address that lead to a door: `billing` → `billing_street`, …"""
    return tuple(f"{kind}_{part}" for kind in kinds for part in ("street", "city", "state", "postal_code"))


def emptied(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, "")


_memory: list[Callable[[str], bool]] = []


def remember_erased_with(knows: Callable[[str], bool]) -> None:
    """`knows` tells of an e-mail address whether the person behind it was erased."""
    _memory.append(knows)


def was_erased(email: str) -> bool:
    """Is this the address of somebody who asked to be erased, so that whoever types it again should think twice?"""
    return bool(email) and any(knows(email) for knows in _memory)
