"""Files about a customer, contact, lead or deal. What they hold is kept once per content, whoever brought it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.fields import LineField, ProseField
from crm.core.records import ActorQuerySet, Identified, Record
from crm.core.searching import Searchable
from customers.models.choices import DocumentStatus, DocumentType, ScanState
from customers.models.contact import Contact
from customers.models.customer import ACTIVE, Customer
from customers.models.lead import Lead
from customers.models.subjects import HAS_SUBJECT, SUBJECTS, AboutSubject


class StoredContent(models.Model):
    """The bytes behind one or more versions. `key` is their name in the storage; `wanted_at` keeps them from the broom.

    `scanned_as` is what the scanner found, in its own words.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    key = models.CharField(max_length=150, unique=True)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    wanted_at = models.DateTimeField(default=timezone.now)
    scan = models.CharField(max_length=10, choices=ScanState, default=ScanState.UNSCANNED)
    scanned_at = models.DateTimeField(null=True)
    scanned_as = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["wanted_at"], name="content_unscanned", condition=Q(scan="unscanned")),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Document(AboutSubject, Searchable, Record):
    """The newest version's name, type, size and digest are here, too: lists and filters need no join."""

    title = LineField(max_length=200)
    document_type = models.CharField(_("type"), max_length=20, choices=DocumentType, default=DocumentType.OTHER)
    status = models.CharField(max_length=10, choices=DocumentStatus, default=DocumentStatus.PENDING, editable=False)
    status_reason = ProseField(_("reason"), max_length=1000, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_on = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day it holds; afterwards it counts as expired.")
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="documents")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="documents")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="documents")
    deal = models.ForeignKey("deals.Deal", on_delete=models.CASCADE, null=True, blank=True, related_name="documents")
    number = models.PositiveIntegerField(_("version"), default=1, editable=False)
    file_name = LineField(max_length=255, editable=False)
    content_type = models.CharField(_("format"), max_length=100, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    RESOURCE: ClassVar[str] = "documents"
    SEARCH_FIELDS = ("title", "file_name")

    class Meta:
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="document_team_created", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="document_created", condition=ACTIVE),
            models.Index(fields=["sha256"], name="document_sha256"),
            # The nightly look for what has run out.
            models.Index(fields=["expires_on"], name="document_expiring", condition=Q(status="verified")),
            models.Index(fields=["archived_at"], name="document_deleted", condition=Q(archived_at__isnull=False)),
            *(
                models.Index(fields=[subject, "created_at", "id"], name=f"document_{subject}_created", condition=ACTIVE)
                for subject in SUBJECTS
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=HAS_SUBJECT, name="document_has_subject"),
            models.CheckConstraint(condition=~Q(title=""), name="document_has_title"),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(status_reason=""), name="document_rejected_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.ensure_subject("Say what the document is about: customer, contact, lead or deal.")

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        return self.content_type == "application/pdf"


class DocumentVersionQuerySet(ActorQuerySet):
    def for_actor(self, actor: Any, action: str = "read") -> Any:
        """Those of the documents that the actor may do this to."""
        return self.filter(document__in=Document.objects.for_actor(actor, action).values("pk"))


class DocumentVersion(Identified):
    """Never changed. `restored_from` is the number of the version that this one brought back."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.ForeignKey(StoredContent, on_delete=models.PROTECT, related_name="versions")
    file_name = LineField(max_length=255)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    restored_from = models.PositiveIntegerField(null=True)

    RESOURCE: ClassVar[str] = "documents"
    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["document", "number"], name="document_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.number})"

    @property
    def team_id(self) -> Any:
        return self.document.team_id
