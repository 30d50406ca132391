"""Every mutation of this app: <entity>_<action>(actor, …)."""

from customers.services.customers import (
    customer_archive,
    customer_create,
    customer_delete,
    customer_restore,
    customer_update,
)

__all__ = [
    "customer_archive",
    "customer_create",
    "customer_delete",
    "customer_restore",
    "customer_update",
]
