"""What our middleware added to the request that DRF wraps."""

from typing import cast

from rest_framework.request import Request

from crm.core.actor import Actor
from crm.core.requests import CrmRequest


def requesting_actor(request: Request) -> Actor:
    """DRF's own types only know a plain HttpRequest inside."""
    return cast(CrmRequest, request._request).actor
