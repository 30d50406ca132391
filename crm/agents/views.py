"""Where agents come in: the Streamable HTTP transport of MCP, without sessions and without streams."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.agents.errors import OriginRefused, RpcError
from crm.agents.kinds import READS
from crm.agents.messages import Message, error_answer, message_in, result_answer
from crm.agents.methods import answer_to
from crm.agents.versions import version_of
from crm.core.access import public, requires
from crm.core.errors import CrmError
from crm.core.requests import CrmRequest
from crm.core.responses import AGENTS


@method_decorator(csrf_exempt, name="dispatch")
@requires(*READS)
class AgentsView(View):
    """Each POST is one message. No session is taken here (accounts.middleware), so there is nothing to forge."""

    def post(self, request: CrmRequest) -> HttpResponse:
        refuse_foreign_origin(request)
        if request.content_type != "application/json":
            raise CrmError("Send application/json.", code="unsupported_media_type", status=415)
        message: Message | None = None
        try:
            message = message_in(request.body)
            version = version_of(request.headers, message)
            if message.id is None:
                return HttpResponse(status=202)
            return result_answer(message, answer_to(request, message, version))
        except RpcError as error:
            return error_answer(request, error, message)


def refuse_foreign_origin(request: HttpRequest) -> None:
    """A browser says which page calls; only our own and those of named origins may, whatever name led here."""
    allowed = {_origin(settings.PUBLIC_URL), *settings.CORS_ALLOWED_ORIGINS}
    if request.headers.get("Origin", _origin(settings.PUBLIC_URL)) not in allowed:
        raise OriginRefused()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@public("RFC 9728 metadata")
class ResourceMetadata(View):
    """Who gives out tokens for this door, for clients that were refused without one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        document = {
            "resource": f"{settings.PUBLIC_URL}{AGENTS}",
            "resource_name": "Vouch",
            "authorization_servers": [settings.PUBLIC_URL],
            "bearer_methods_supported": ["header"],
            "scopes_supported": list(READS),
        }
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        return JsonResponse(document, headers=headers)
