"""Documents for programs: multipart up, a file or a link down, and the workflow between."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import URLPattern
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.services import record
from crm.core.api.nesting import NestedViewSet, sub_collection
from crm.core.api.parsing import StrictJSONParser
from crm.core.api.viewsets import RecordViewSet, expected_version
from crm.core.errors import BadRequest, NotFound
from crm.core.uploads import UploadParser
from customers.documents.serving import attachment
from customers.filters import DocumentFilters
from customers.models import Contact, Customer, Document, DocumentVersion, Lead
from customers.serializers import (
    DocumentFileSerializer,
    DocumentSerializer,
    DocumentUploadSerializer,
    DocumentVersionSerializer,
    VerdictSerializer,
    VersionNumberSerializer,
)
from customers.services import documents as services

FILE = {(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file itself.")}


class DocumentViewSet(RecordViewSet):
    """`POST` takes multipart/form-data with `file`, `title` and what the document is about."""

    resource = "documents"
    queryset = Document.objects.all()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilters
    parser_classes = (StrictJSONParser, UploadParser)
    # A file at a time: many would not fit into one request.
    bulk = None  # type: ignore[assignment]
    extra_permissions: ClassVar[dict[str, str]] = {
        "download": "documents:read",
        "versions": "documents:read",
        "add_version": "documents:write",
        "restore_version": "documents:write",
        "verify": "documents:verify",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **RecordViewSet.parameters,
        "download": {"number"},
        **{name: set() for name in ("versions", "add_version", "restore_version", "verify")},
    }
    create_service = services.document_upload
    update_service = services.document_update
    archive_service = services.document_archive
    restore_service = services.document_restore
    delete_service = services.document_delete

    def get_serializer_class(self) -> type[DocumentSerializer]:
        return DocumentUploadSerializer if self.action == "create" else DocumentSerializer

    @extend_schema(request={"multipart/form-data": DocumentUploadSerializer}, responses={201: DocumentSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """`duplicates` of the answer names documents with the very same content."""
        return super().create(request, **kwargs)

    def answer(self, record: Any, status: int = 200) -> Response:
        answer = super().answer(record, status)
        if status == 201:
            answer.data["duplicates"] = [str(one.pk) for one in services.duplicates_of(self.actor, record)]
        return answer

    @extend_schema(responses=FILE, filters=False)
    @action(detail=True, pagination_class=None)
    def download(self, request: Request, pk: str) -> HttpResponse:
        """`?number=` names an earlier version. Files in a bucket are answered by 302 to a link that lasts a minute."""
        document = self.get_object()
        version = version_of(document, request._request.GET.get("number", ""))
        answer = attachment(request._request, version)
        record(self.actor, "documents.downloaded", document, {"number": (None, version.number)})
        return answer

    @extend_schema(request=VerdictSerializer, responses=DocumentSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        self.get_object()
        verdict = VerdictSerializer(data=request.data, context={"request": request})
        verdict.is_valid(raise_exception=True)
        services.document_verify(self.actor, pk, version=expected_version(request), **verdict.validated_data)
        return self.answer_again(pk)

    @extend_schema(responses=DocumentVersionSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Every version, the newest first; a document has few."""
        rows = self.get_object().versions.select_related("content").order_by("-number")
        serializer = DocumentVersionSerializer(context={"request": request})
        return Response(
            {"next": None, "previous": None, "results": [serializer.to_representation(one) for one in rows]}
        )

    @extend_schema(
        request={"multipart/form-data": DocumentFileSerializer}, responses={201: DocumentSerializer}, filters=False
    )
    @versions.mapping.post
    def add_version(self, request: Request, pk: str) -> Response:
        self.get_object()
        sent = DocumentFileSerializer(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        services.document_add_version(self.actor, pk, file=file, version=expected_version(request))
        return self.answer_again(pk, 201)

    @extend_schema(request=VersionNumberSerializer, responses=DocumentSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="versions/restore")
    def restore_version(self, request: Request, pk: str) -> Response:
        """`{"number": 1}`: its content comes back as the newest version."""
        self.get_object()
        asked = VersionNumberSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        number = asked.validated_data["number"]
        services.document_restore_version(self.actor, pk, number, version=expected_version(request))
        return self.answer_again(pk)


def version_of(document: Document, number: str = "") -> DocumentVersion:
    """The newest one, or that of a number. Raises NotFound, BadRequest (`invalid_parameter`)."""
    if number and not (number.isascii() and number.isdigit() and len(number) < 8):
        raise BadRequest("number is that of a version.", code="invalid_parameter")
    wanted = int(number) if number else document.number
    version = document.versions.select_related("content").filter(number=wanted).first()
    if version is None:
        raise NotFound()
    return version


class DocumentsOfCustomer(NestedViewSet, DocumentViewSet):
    bulk = None  # type: ignore[assignment]
    parent, link = Customer, "customer"


class DocumentsOfContact(NestedViewSet, DocumentViewSet):
    bulk = None  # type: ignore[assignment]
    parent, link = Contact, "contact"


class DocumentsOfLead(NestedViewSet, DocumentViewSet):
    bulk = None  # type: ignore[assignment]
    parent, link = Lead, "lead"


SUB_COLLECTIONS: list[URLPattern] = [
    sub_collection("customers/documents", DocumentsOfCustomer, "customer-documents"),
    sub_collection("contacts/documents", DocumentsOfContact, "contact-documents"),
    sub_collection("leads/documents", DocumentsOfLead, "lead-documents"),
]
