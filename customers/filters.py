"""What lists of this app can be narrowed by, in pages and API alike."""

import django_filters

from crm.core.listing import RecordFilters
from customers.models import Customer

MOMENTS = ["gte", "lt"]


class CustomerFilters(RecordFilters):
    label = django_filters.UUIDFilter(field_name="labels")

    class Meta:
        model = Customer
        orderings = ("name", "created_at", "updated_at", "status", "annual_revenue", "last_activity_at")
        fields = {
            "status": ["exact"],
            "customer_type": ["exact"],
            "kind": ["exact"],
            "industry": ["exact"],
            "source": ["exact"],
            "owner": ["exact"],
            "team": ["exact"],
            "parent": ["exact"],
            "billing_country": ["exact"],
            "email": ["iexact"],
            "domain": ["iexact"],
            "external_id": ["exact"],
            "annual_revenue": MOMENTS,
            "employees": MOMENTS,
            "created_at": MOMENTS,
            "updated_at": MOMENTS,
        }
