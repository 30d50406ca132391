from customers.models.billing import BillingProfile
from customers.models.bulk_change import BulkAction, BulkChange
from customers.models.consent import Consent
from customers.models.contact import Contact
from customers.models.custom_field import CustomField
from customers.models.customer import Customer
from customers.models.document import Document, DocumentVersion, StoredContent
from customers.models.duplicate_pair import DuplicatePair
from customers.models.identifier import IdentifierKey
from customers.models.label import Label, LabelAssignment
from customers.models.lead import Lead
from customers.models.lifecycle import Lifecycle
from customers.models.merge import Merge
from customers.models.note import Note

__all__ = [
    "BillingProfile",
    "BulkAction",
    "BulkChange",
    "Consent",
    "Contact",
    "CustomField",
    "Customer",
    "Document",
    "DocumentVersion",
    "DuplicatePair",
    "IdentifierKey",
    "Label",
    "LabelAssignment",
    "Lead",
    "Lifecycle",
    "Merge",
    "Note",
    "StoredContent",
]
