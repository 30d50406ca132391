"""Every mutation of this app: <entity>_<action>(actor, …)."""

from customers.services.billing import (
    billing_profile_archive,
    billing_profile_create,
    billing_profile_delete,
    billing_profile_restore,
    billing_profile_update,
)
from customers.services.bulk import (
    bulk_undo,
    customers_label,
    customers_unlabel,
    records_archive,
    records_assign,
)
from customers.services.canaries import canaries_plant, canary_remove
from customers.services.channels import contact_make_primary
from customers.services.consents import consent_record, consents_carry_over, may_contact
from customers.services.contacts import (
    contact_archive,
    contact_create,
    contact_delete,
    contact_restore,
    contact_update,
)
from customers.services.custom_fields import (
    custom_field_archive,
    custom_field_create,
    custom_field_delete,
    custom_field_restore,
    custom_field_update,
    custom_fields_reorder,
)
from customers.services.customers import (
    customer_archive,
    customer_create,
    customer_delete,
    customer_label,
    customer_restore,
    customer_unlabel,
    customer_update,
)
from customers.services.documents import (
    document_add_version,
    document_archive,
    document_delete,
    document_restore,
    document_restore_version,
    document_update,
    document_upload,
    document_verify,
    documents_clean_up,
    documents_expire,
)
from customers.services.duplicate_pairs import duplicate_dismiss, duplicate_reopen
from customers.services.labels import label_archive, label_create, label_delete, label_restore, label_update
from customers.services.leads import lead_archive, lead_create, lead_delete, lead_restore, lead_update
from customers.services.lifecycles import lifecycle_update
from customers.services.merges import contact_merge, customer_merge, lead_merge, merge_undo
from customers.services.notes import note_archive, note_create, note_delete, note_restore, note_update

__all__ = [
    "billing_profile_archive",
    "billing_profile_create",
    "billing_profile_delete",
    "billing_profile_restore",
    "billing_profile_update",
    "bulk_undo",
    "canaries_plant",
    "canary_remove",
    "consent_record",
    "consents_carry_over",
    "contact_archive",
    "contact_create",
    "contact_delete",
    "contact_make_primary",
    "contact_merge",
    "contact_restore",
    "contact_update",
    "custom_field_archive",
    "custom_field_create",
    "custom_field_delete",
    "custom_field_restore",
    "custom_field_update",
    "custom_fields_reorder",
    "customer_archive",
    "customer_create",
    "customer_delete",
    "customer_label",
    "customer_merge",
    "customer_restore",
    "customer_unlabel",
    "customer_update",
    "customers_label",
    "customers_unlabel",
    "document_add_version",
    "document_archive",
    "document_delete",
    "document_restore",
    "document_restore_version",
    "document_update",
    "document_upload",
    "document_verify",
    "documents_clean_up",
    "documents_expire",
    "duplicate_dismiss",
    "duplicate_reopen",
    "label_archive",
    "label_create",
    "label_delete",
    "label_restore",
    "label_update",
    "lead_archive",
    "lead_create",
    "lead_delete",
    "lead_merge",
    "lead_restore",
    "lead_update",
    "lifecycle_update",
    "may_contact",
    "merge_undo",
    "note_archive",
    "note_create",
    "note_delete",
    "note_restore",
    "note_update",
    "records_archive",
    "records_assign",
]
