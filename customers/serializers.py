"""The API's form of this app's records."""

from accounts.serializers import TeamSerializer, UserSummarySerializer
from crm.core.api.serializing import RecordSerializer
from customers.models import Customer

RECORD_FIELDS = ("id", "team", "owner", "version", "created_at", "updated_at", "archived_at")


class CustomerSerializer(RecordSerializer):
    class Meta:
        model = Customer
        fields = (
            *RECORD_FIELDS,
            *(
                "name",
                "legal_name",
                "kind",
                "status",
                "customer_type",
                "industry",
                "website",
                "domain",
                "email",
                "phone",
            ),
            *("annual_revenue", "employees", "rating", "ownership", "description", "parent", "account_level"),
            *("billing_street", "billing_city", "billing_state", "billing_postal_code", "billing_country"),
            *("shipping_street", "shipping_city", "shipping_state", "shipping_postal_code", "shipping_country"),
            *("tax_id", "external_id", "source", "last_activity_at", "labels"),
        )
        extra_kwargs = {"labels": {"required": False}, "team": {"required": False}}
        expandable = {"owner": UserSummarySerializer, "team": TeamSerializer}


CustomerSerializer.Meta.expandable["parent"] = CustomerSerializer
