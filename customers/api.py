"""REST resources of this app; permissions follow from `resource`."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.urls import URLPattern
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.history_api import PARAMETERS as HISTORY_PARAMETERS
from auditlog.history_api import HistoryAction
from crm.core.api.nesting import NestedViewSet, sub_collection
from crm.core.api.parsing import object_in
from crm.core.api.timeline import PARAMETERS, TimelineAction
from crm.core.api.viewsets import ReadOnlyRecordViewSet, RecordViewSet, expected_version
from crm.core.errors import invalid_field
from customers import services
from customers.billing.api import SUB_COLLECTIONS as BILLING_SUB_COLLECTIONS
from customers.billing.api import BillingProfileViewSet
from customers.documents.api import SUB_COLLECTIONS as DOCUMENT_SUB_COLLECTIONS
from customers.documents.api import DocumentViewSet
from customers.duplicates_api import DuplicatePairViewSet
from customers.filters import (
    ConsentFilters,
    ContactFilters,
    CustomerFilters,
    CustomFieldFilters,
    LabelFilters,
    LeadFilters,
    LifecycleFilters,
    NoteFilters,
)
from customers.merge_api import MergeableViewSet, MergeViewSet
from customers.models import Consent, Contact, Customer, CustomField, Label, Lead, Lifecycle, Note
from customers.serializers import (
    ConsentSerializer,
    ContactSerializer,
    CustomerSerializer,
    CustomFieldSerializer,
    LabelSerializer,
    LeadSerializer,
    LifecycleSerializer,
    NoteSerializer,
    WornLabelSerializer,
)
from customers.tree import sums_of


class LabelViewSet(RecordViewSet):
    resource = "customers"
    queryset = Label.objects.all()
    serializer_class = LabelSerializer
    filterset_class = LabelFilters
    create_service = services.label_create
    update_service = services.label_update
    archive_service = services.label_archive
    restore_service = services.label_restore
    delete_service = services.label_delete


class CustomerViewSet(HistoryAction, TimelineAction, MergeableViewSet):
    resource = "customers"
    merged_model = Customer
    queryset = Customer.objects.prefetch_related("labels")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        "timeline": "customers:read",
        "history": "audit:read",
        "group": "customers:read",
        "labels": "customers:read",
        "set_labels": "customers:write",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **MergeableViewSet.parameters,
        "timeline": PARAMETERS,
        "history": HISTORY_PARAMETERS,
        "group": set(),
        "labels": set(),
        "set_labels": set(),
    }
    create_service = services.customer_create
    update_service = services.customer_update
    archive_service = services.customer_archive
    restore_service = services.customer_restore
    delete_service = services.customer_delete

    @extend_schema(responses=WornLabelSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def labels(self, request: Request, pk: str) -> Response:
        """Every label of the customer, who put it there and when; a customer has few."""
        return self._labels_of(self.get_object())

    @extend_schema(request=LabelSerializer(many=True), responses=WornLabelSerializer(many=True), filters=False)
    @labels.mapping.put
    def set_labels(self, request: Request, pk: str) -> Response:
        """`{"labels": [id, …]}` become the customer's labels."""
        if set(object_in(request.data)) != {"labels"}:
            raise invalid_field("labels", "Send the ids of all labels the customer shall have.", "required")
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.customer_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self._labels_of(self.get_object())

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, pagination_class=None)
    def group(self, request: Request, pk: str) -> Response:
        """What the customer and all below it add up to, as far as the caller sees it: customers, people, open deals."""
        return Response({one.name: one.value for one in sums_of(self.actor, self.get_object())})

    def _labels_of(self, customer: Customer) -> Response:
        serializer = WornLabelSerializer(context={"request": self.request})
        results = [serializer.to_representation(label) for label in _worn_by(customer)]
        return Response({"next": None, "previous": None, "results": results})


def _worn_by(customer: Customer) -> Iterator[Label]:
    for assignment in customer.label_assignments.select_related("label").order_by("label__name"):
        assignment.label.worn = assignment  # type: ignore[attr-defined]
        yield assignment.label


class ContactViewSet(HistoryAction, TimelineAction, MergeableViewSet):
    resource = "contacts"
    merged_model = Contact
    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    filterset_class = ContactFilters
    extra_permissions: ClassVar[dict[str, str]] = {"timeline": "contacts:read", "history": "audit:read"}
    parameters: ClassVar[dict[str, set[str]]] = {
        **MergeableViewSet.parameters,
        "timeline": PARAMETERS,
        "history": HISTORY_PARAMETERS,
    }
    create_service = services.contact_create
    update_service = services.contact_update
    archive_service = services.contact_archive
    restore_service = services.contact_restore
    delete_service = services.contact_delete


class LeadViewSet(HistoryAction, TimelineAction, MergeableViewSet):
    resource = "leads"
    merged_model = Lead
    queryset = Lead.objects.all()
    serializer_class = LeadSerializer
    filterset_class = LeadFilters
    extra_permissions: ClassVar[dict[str, str]] = {"timeline": "leads:read", "history": "audit:read"}
    parameters: ClassVar[dict[str, set[str]]] = {
        **MergeableViewSet.parameters,
        "timeline": PARAMETERS,
        "history": HISTORY_PARAMETERS,
    }
    create_service = services.lead_create
    update_service = services.lead_update
    archive_service = services.lead_archive
    restore_service = services.lead_restore
    delete_service = services.lead_delete


class CustomFieldViewSet(RecordViewSet):
    """Fields of the company's own: whoever works with records reads them, `settings:write` changes them."""

    resource = "customers"
    queryset = CustomField.objects.all()
    serializer_class = CustomFieldSerializer
    filterset_class = CustomFieldFilters
    extra_permissions = dict.fromkeys(("create", "partial_update", "destroy", "archive", "restore"), "settings:write")
    create_service = services.custom_field_create
    update_service = services.custom_field_update
    archive_service = services.custom_field_archive
    restore_service = services.custom_field_restore
    delete_service = services.custom_field_delete


class LifecycleViewSet(ReadOnlyRecordViewSet):
    """Which status of customers and leads may follow which. One each, so there is nothing to create or delete."""

    resource = "customers"
    queryset = Lifecycle.objects.all()
    serializer_class = LifecycleSerializer
    filterset_class = LifecycleFilters
    extra_permissions: ClassVar[dict[str, str]] = {"partial_update": "settings:write"}

    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.lifecycle_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer(self.get_object())


class NoteViewSet(RecordViewSet):
    resource = "notes"
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_class = NoteFilters
    create_service = services.note_create
    update_service = services.note_update
    archive_service = services.note_archive
    restore_service = services.note_restore
    delete_service = services.note_delete


class ContactsOfCustomer(NestedViewSet, ContactViewSet):
    parent, link = Customer, "customer"


class ChildrenOfCustomer(NestedViewSet, CustomerViewSet):
    parent, link = Customer, "parent"


class NotesOfCustomer(NestedViewSet, NoteViewSet):
    parent, link = Customer, "customer"


class NotesOfContact(NestedViewSet, NoteViewSet):
    parent, link = Contact, "contact"


class NotesOfLead(NestedViewSet, NoteViewSet):
    parent, link = Lead, "lead"


class ConsentsOfContact(NestedViewSet):
    """Every change is a row; the latest one of a channel holds. Nothing is changed or removed."""

    resource, link = "contacts", "contact"
    parent: ClassVar[type[Any]] = Contact
    queryset = Consent.objects.all()
    serializer_class = ConsentSerializer
    filterset_class = ConsentFilters
    create_service = services.consent_record


class ConsentsOfLead(ConsentsOfContact):
    resource, parent, link = "leads", Lead, "lead"


RESOURCES: dict[str, type[Any]] = {
    "customers": CustomerViewSet,
    "contacts": ContactViewSet,
    "leads": LeadViewSet,
    "notes": NoteViewSet,
    "labels": LabelViewSet,
    "custom-fields": CustomFieldViewSet,
    "lifecycles": LifecycleViewSet,
    "documents": DocumentViewSet,
    "billing-profiles": BillingProfileViewSet,
    "merges": MergeViewSet,
    "duplicates": DuplicatePairViewSet,
}

SUB_COLLECTIONS: list[URLPattern] = [
    sub_collection("customers/contacts", ContactsOfCustomer, "customer-contacts"),
    sub_collection("customers/children", ChildrenOfCustomer, "customer-children"),
    sub_collection("customers/notes", NotesOfCustomer, "customer-notes"),
    sub_collection("contacts/notes", NotesOfContact, "contact-notes"),
    sub_collection("contacts/consents", ConsentsOfContact, "contact-consents"),
    sub_collection("leads/consents", ConsentsOfLead, "lead-consents"),
    sub_collection("leads/notes", NotesOfLead, "lead-notes"),
    *DOCUMENT_SUB_COLLECTIONS,
    *BILLING_SUB_COLLECTIONS,
]
