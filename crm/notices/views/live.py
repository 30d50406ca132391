"""How a page that is open learns what is new: it asks, or it is told that asking is worth while."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from crm.core.access import requires
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.notices.state import state_of
from crm.notices.streaming import hints

# Nobody between is to keep messages back: not our own compression, not a proxy's buffer.
HEADERS = {"Cache-Control": "no-store", "Content-Encoding": "identity", "X-Accel-Buffering": "no"}


@requires("notifications:read")
class BellLook(ActorPage):
    """`?after=` is the `newest` of the last look; 304 where nothing changed since. It keeps no session alive."""

    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, {"after"})
        request.is_unattended = True
        state = state_of(self.actor, request.GET.get("after", ""))
        headers = {"ETag": state.tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match", "").removeprefix("W/") == state.tag:
            return HttpResponse(status=304, headers=headers)
        return JsonResponse(state.shown(), headers=headers)


@requires("notifications:read")
async def stream(request: CrmRequest) -> StreamingHttpResponse:
    """Server-sent events that hold no content: each says that a look is worth while. Under ASGI alone, since a thread
    per reader would soon leave none for pages."""
    if not isinstance(request, ASGIRequest):
        raise NotFound()
    refuse_unknown(request.GET, set())
    request.is_unattended = True
    person = request.actor.id
    if person is None:
        raise NotFound()
    return StreamingHttpResponse(hints(person), content_type="text/event-stream", headers=HEADERS)
