"""Every mutation of this app: <entity>_<action>(actor, …)."""

from customers.services.bulk import (
    bulk_undo,
    customers_label,
    customers_unlabel,
    records_archive,
    records_assign,
)
from customers.services.contacts import (
    contact_archive,
    contact_create,
    contact_delete,
    contact_restore,
    contact_update,
)
from customers.services.customers import (
    customer_archive,
    customer_create,
    customer_delete,
    customer_restore,
    customer_update,
)
from customers.services.labels import label_archive, label_create, label_delete, label_restore, label_update
from customers.services.leads import lead_archive, lead_create, lead_delete, lead_restore, lead_update
from customers.services.notes import note_archive, note_create, note_delete, note_restore, note_update

__all__ = [
    "bulk_undo",
    "contact_archive",
    "contact_create",
    "contact_delete",
    "contact_restore",
    "contact_update",
    "customer_archive",
    "customer_create",
    "customer_delete",
    "customer_restore",
    "customer_update",
    "customers_label",
    "customers_unlabel",
    "label_archive",
    "label_create",
    "label_delete",
    "label_restore",
    "label_update",
    "lead_archive",
    "lead_create",
    "lead_delete",
    "lead_restore",
    "lead_update",
    "note_archive",
    "note_create",
    "note_delete",
    "note_restore",
    "note_update",
    "records_archive",
    "records_assign",
]
