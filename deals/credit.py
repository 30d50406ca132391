"""What open deals take of a customer's credit limit."""

from decimal import Decimal

from django.db.models import Sum

from customers.models import Customer
from deals.models import Deal
from deals.models.choices import DealStatus


def open_amount(customer: Customer, currency: str) -> Decimal:
    """The sum of a customer's open deals in one currency: of all of them, since the limit is the customer's."""
    deals = Deal.objects.filter(
        customer=customer, currency=currency, status=DealStatus.OPEN, archived_at__isnull=True, amount__isnull=False
    )
    return Decimal(deals.aggregate(total=Sum("amount"))["total"] or 0)
