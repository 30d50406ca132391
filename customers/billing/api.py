"""Billing profiles for programs, and the one of a customer."""

from django.urls import URLPattern

from crm.core.api.nesting import NestedViewSet, sub_collection
from crm.core.api.viewsets import RecordViewSet
from customers import services
from customers.filters import BillingFilters
from customers.models import BillingProfile, Customer
from customers.serializers import BillingProfileSerializer


class BillingProfileViewSet(RecordViewSet):
    resource = "billing"
    queryset = BillingProfile.objects.all()
    serializer_class = BillingProfileSerializer
    filterset_class = BillingFilters
    create_service = services.billing_profile_create
    update_service = services.billing_profile_update
    archive_service = services.billing_profile_archive
    restore_service = services.billing_profile_restore
    delete_service = services.billing_profile_delete


class BillingOfCustomer(NestedViewSet, BillingProfileViewSet):
    """A list of one, or of none."""

    parent, link = Customer, "customer"


SUB_COLLECTIONS: list[URLPattern] = [sub_collection("customers/billing", BillingOfCustomer, "customer-billing")]
