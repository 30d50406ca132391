"""REST resources of this app; permissions follow from `resource`."""

from typing import Any, ClassVar

from django.urls import URLPattern
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.nesting import NestedViewSet, sub_collection
from crm.core.api.parsing import object_in
from crm.core.api.timeline import PARAMETERS, TimelineAction
from crm.core.api.viewsets import RecordViewSet, expected_version
from crm.core.errors import invalid_field
from customers import services
from customers.filters import ContactFilters, CustomerFilters, LabelFilters, LeadFilters, NoteFilters
from customers.models import Contact, Customer, Label, Lead, Note
from customers.serializers import (
    ContactSerializer,
    CustomerSerializer,
    LabelSerializer,
    LeadSerializer,
    NoteSerializer,
)


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


class CustomerViewSet(TimelineAction, RecordViewSet):
    resource = "customers"
    queryset = Customer.objects.prefetch_related("labels")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        "timeline": "customers:read",
        "labels": "customers:read",
        "set_labels": "customers:write",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **RecordViewSet.parameters,
        "timeline": PARAMETERS,
        "labels": set(),
        "set_labels": set(),
    }
    create_service = services.customer_create
    update_service = services.customer_update
    archive_service = services.customer_archive
    restore_service = services.customer_restore
    delete_service = services.customer_delete

    @extend_schema(responses=LabelSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def labels(self, request: Request, pk: str) -> Response:
        """Every label of the customer; a customer has few."""
        return self._labels_of(self.get_object())

    @extend_schema(request=LabelSerializer(many=True), responses=LabelSerializer(many=True), filters=False)
    @labels.mapping.put
    def set_labels(self, request: Request, pk: str) -> Response:
        """`{"labels": [id, …]}` become the customer's labels."""
        if set(object_in(request.data)) != {"labels"}:
            raise invalid_field("labels", "Send the ids of all labels the customer shall have.", "required")
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.customer_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self._labels_of(self.get_object())

    def _labels_of(self, customer: Customer) -> Response:
        serializer = LabelSerializer(context={"request": self.request})
        results = [serializer.to_representation(label) for label in customer.labels.all()]
        return Response({"next": None, "previous": None, "results": results})


class ContactViewSet(TimelineAction, RecordViewSet):
    resource = "contacts"
    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    filterset_class = ContactFilters
    extra_permissions: ClassVar[dict[str, str]] = {"timeline": "contacts:read"}
    parameters: ClassVar[dict[str, set[str]]] = {**RecordViewSet.parameters, "timeline": PARAMETERS}
    create_service = services.contact_create
    update_service = services.contact_update
    archive_service = services.contact_archive
    restore_service = services.contact_restore
    delete_service = services.contact_delete


class LeadViewSet(TimelineAction, RecordViewSet):
    resource = "leads"
    queryset = Lead.objects.all()
    serializer_class = LeadSerializer
    filterset_class = LeadFilters
    extra_permissions: ClassVar[dict[str, str]] = {"timeline": "leads:read"}
    parameters: ClassVar[dict[str, set[str]]] = {**RecordViewSet.parameters, "timeline": PARAMETERS}
    create_service = services.lead_create
    update_service = services.lead_update
    archive_service = services.lead_archive
    restore_service = services.lead_restore
    delete_service = services.lead_delete


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


RESOURCES: dict[str, type[Any]] = {
    "customers": CustomerViewSet,
    "contacts": ContactViewSet,
    "leads": LeadViewSet,
    "notes": NoteViewSet,
    "labels": LabelViewSet,
}

SUB_COLLECTIONS: list[URLPattern] = [
    sub_collection("customers/contacts", ContactsOfCustomer, "customer-contacts"),
    sub_collection("customers/children", ChildrenOfCustomer, "customer-children"),
    sub_collection("customers/notes", NotesOfCustomer, "customer-notes"),
    sub_collection("contacts/notes", NotesOfContact, "contact-notes"),
    sub_collection("leads/notes", NotesOfLead, "lead-notes"),
]
