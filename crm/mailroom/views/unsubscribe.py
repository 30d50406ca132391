"""The page behind the link in a mail, for people without an account and for programs that post to it (RFC 8058)."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.core.access import public
from crm.core.errors import NotFound
from crm.core.requests import CrmRequest
from crm.mailroom.suppressions import resubscribed, unsubscribed
from crm.outbox.suppressing import suppression_of
from crm.outbox.unsubscribing import address_in


@public("whoever got a mail may say that they want no more; the signed link is the proof")
@method_decorator(csrf_exempt, name="dispatch")
class Unsubscribe(View):
    """Looking changes nothing, since programs look at links; posting does, also twice. `again=1` takes it back."""

    def get(self, request: CrmRequest, token: str) -> HttpResponse:
        return self._render(request, _address(token))

    def post(self, request: CrmRequest, token: str) -> HttpResponseBase:
        address = _address(token)
        if request.POST.get("again"):
            resubscribed(address)
        else:
            unsubscribed(address)
        return self._render(request, address)

    def _render(self, request: CrmRequest, address: str) -> HttpResponse:
        gets_none = suppression_of(address, transactional=False) is not None
        context = {"address": address, "gets_none": gets_none}
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return TemplateResponse(request, "mailroom/unsubscribe.html", context, headers=headers)


def _address(token: str) -> str:
    if address := address_in(token):
        return address
    raise NotFound("This link is not one of ours, or was cut off.")
