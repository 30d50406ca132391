"""REST resources of this app; permissions follow from `resource`."""

from crm.core.api.viewsets import RecordViewSet
from customers import services
from customers.filters import CustomerFilters
from customers.models import Customer
from customers.serializers import CustomerSerializer


class CustomerViewSet(RecordViewSet):
    resource = "customers"
    queryset = Customer.objects.prefetch_related("labels")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    create_service = services.customer_create
    update_service = services.customer_update
    archive_service = services.customer_archive
    restore_service = services.customer_restore
    delete_service = services.customer_delete
