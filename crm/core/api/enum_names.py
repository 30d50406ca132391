"""What the schema calls sets of choices that share a field's name."""

ENUM_NAMES: dict[str, str | list[str]] = {
    "MergeKindEnum": "customers.models.merge.MergeKind",
    "PairStateEnum": "customers.models.duplicate_pair.PairState",
    "CustomerStatusEnum": "customers.models.choices.CustomerStatus",
    "LeadStatusEnum": "customers.models.choices.LeadStatus",
    "DocumentStatusEnum": "customers.models.choices.DocumentStatus",
    "DealStatusEnum": "deals.models.choices.DealStatus",
    "ActivityStatusEnum": "deals.models.choices.ActivityStatus",
    "SourceEnum": "customers.models.choices.Source",
    "BanStateEnum": ["acting", "lifted", "over"],
    "HealthStatusEnum": ["ok", "degraded", "down"],
    "AccessReviewStateEnum": ["running", "overdue", "complete"],
    "RecordKindEnum": "customers.models.custom_field.Holder",
    "AlertStateEnum": "auditlog.models.alerts.AlertState",
    "PriorityEnum": "customers.models.choices.Priority",
    "MailPriorityEnum": "crm.outbox.models.deliveries.Priority",
    "MailStateEnum": "crm.outbox.models.deliveries.State",
    "SuppressionReasonEnum": "crm.outbox.models.suppressions.SuppressionReason",
    "NoticeKindEnum": "crm.notices.serializers.KIND_CHOICES",
    "SubjectRequestKindEnum": "crm.privacy.models.RequestKind",
}
