"""Signed roots of Merkle trees over the events of one minute and one class (auditlog.proof)."""

from typing import Any, ClassVar

from django.db import models

from crm.core.actor import Actor
from crm.core.permissions import Reach


class AuditSealQuerySet(models.QuerySet["AuditSeal"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """A seal says nothing about anybody: whoever may read any event may read every seal."""
        return self.all() if actor.reach(f"audit:{action}") > Reach.NONE else self.none()


class AuditSeal(models.Model):
    """`seq` has no gaps and `prev` is the hash of the seal before; `until` is when its events may go.

    Hashes and signature are hexadecimal; `kid` names the key. Nothing of a seal ever changes.
    """

    seq = models.PositiveBigIntegerField(primary_key=True)
    retention = models.CharField(max_length=9)
    n = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    until = models.DateTimeField()
    prev = models.CharField(max_length=64)
    kid = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    RESOURCE: ClassVar[str] = "audit"
    objects = AuditSealQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["until"], name="audit_seal_until")]

    def __str__(self) -> str:
        return f"Seal {self.seq}"
