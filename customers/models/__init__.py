from customers.models.bulk_change import BulkAction, BulkChange
from customers.models.contact import Contact
from customers.models.customer import Customer
from customers.models.label import Label, LabelAssignment
from customers.models.lead import Lead
from customers.models.note import Note

__all__ = ["BulkAction", "BulkChange", "Contact", "Customer", "Label", "LabelAssignment", "Lead", "Note"]
