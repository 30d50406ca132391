"""The API's form of this app's records."""

from typing import ClassVar

from rest_framework import serializers

from crm.core.api.serializing import LinkField, RecordSerializer, StrictSerializer
from customers.models import Contact, Customer
from customers.serializers import (
    OPTIONAL_TEAM,
    PEOPLE,
    RECORD_FIELDS,
    ContactSerializer,
    CustomerSerializer,
    LeadSerializer,
)
from deals.models import Activity, Deal, Pipeline, Stage
from deals.models.choices import ContactRole

SHARED_FIELDS = ("id", "version", "created_at", "updated_at")


class PipelineSerializer(RecordSerializer):
    class Meta:
        model = Pipeline
        fields = (*SHARED_FIELDS, "name", "position", "is_default")
        extra_kwargs: ClassVar = {"is_default": {"required": False}}


class StageSerializer(RecordSerializer):
    class Meta:
        model = Stage
        fields = (*SHARED_FIELDS, "pipeline", "name", "position", "probability", "status")
        expandable = {"pipeline": PipelineSerializer}


class DealSerializer(RecordSerializer):
    """`probability` overrides the stage's; `effective_probability` is the one that counts, in percent."""

    effective_probability = serializers.IntegerField(read_only=True)
    weighted_amount = serializers.DecimalField(18, 2, read_only=True, allow_null=True)

    class Meta:
        model = Deal
        fields = (
            *RECORD_FIELDS,
            *("name", "customer", "amount", "currency", "pipeline", "stage", "status"),
            *("probability", "effective_probability", "weighted_amount", "expected_close_date"),
            *("deal_type", "source", "next_step", "forecast_category", "lost_reason", "description", "external_id"),
            *("stage_changed_at", "closed_at", "last_activity_at", "custom_fields"),
        )
        extra_kwargs = {**OPTIONAL_TEAM, "pipeline": {"required": False}, "stage": {"required": False}}
        expandable = {
            **PEOPLE,
            "customer": CustomerSerializer,
            "pipeline": PipelineSerializer,
            "stage": StageSerializer,
        }


class ActivitySerializer(RecordSerializer):
    class Meta:
        model = Activity
        fields = (
            *RECORD_FIELDS,
            *("type", "subject", "status", "priority", "direction", "due_at", "starts_at", "ends_at", "all_day"),
            *("location", "description", "attendees", "customer", "contact", "lead", "deal", "completed_at"),
        )
        extra_kwargs = {**OPTIONAL_TEAM, "attendees": {"required": False}}
        expandable = {
            **PEOPLE,
            "customer": CustomerSerializer,
            "contact": ContactSerializer,
            "lead": LeadSerializer,
            "deal": DealSerializer,
        }


class MoveSerializer(StrictSerializer):
    stage = LinkField(queryset=Stage.objects.all())
    lost_reason = serializers.CharField(required=False, allow_blank=True, max_length=255)


class DealContactSerializer(StrictSerializer):
    contact = LinkField(queryset=Contact.objects.all())
    role = serializers.ChoiceField(choices=ContactRole.choices, required=False, allow_blank=True)


class DealContactShownSerializer(serializers.Serializer):
    contact = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    role = serializers.CharField(allow_blank=True)


class OrderSerializer(StrictSerializer):
    order = serializers.ListField(child=serializers.UUIDField(), max_length=200)


class ConversionSerializer(StrictSerializer):
    customer = LinkField(queryset=Customer.objects.all(), required=False, allow_null=True)
    customer_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    create_deal = serializers.BooleanField(required=False)
    deal_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    amount = serializers.DecimalField(18, 2, required=False, allow_null=True, min_value=0)
    currency = serializers.CharField(required=False, max_length=3)
    pipeline = LinkField(queryset=Pipeline.objects.all(), required=False, allow_null=True)
    stage = LinkField(queryset=Stage.objects.all(), required=False, allow_null=True)
    expected_close_date = serializers.DateField(required=False, allow_null=True)


class ConversionShownSerializer(serializers.Serializer):
    customer = serializers.UUIDField()
    contact = serializers.UUIDField(allow_null=True)
    deal = serializers.UUIDField(allow_null=True)
