"""What our middleware adds to a request, in types."""

from django.http import HttpRequest

from crm.core.actor import Actor
from crm.core.errors import CrmError


class CrmRequest(HttpRequest):
    """`credential_error` says why a presented token or key was not accepted; the actor is then anonymous."""

    actor: Actor
    trace_id: str
    credential_error: CrmError | None
