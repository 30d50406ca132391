"""What a decoy answers: a little late, something believable, and always with an event; and what robots are told."""

from dataclasses import replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from auditlog.honeypots.decoys import DECOYS, Decoy
from auditlog.honeypots.slowing import slow_down
from auditlog.honeypots.traps import HIT, spring
from crm.core.access import public
from crm.core.actor import Actor
from crm.core.requests import CrmRequest, origin_of

LONGEST_PATH = 200
# Not one address: what is forbidden here is the first thing an intruder reads.
ROBOTS = "User-agent: *\nDisallow: /\n"


@public("a decoy: only who searches for weak spots asks for it")
@method_decorator(csrf_exempt, name="dispatch")
class DecoyPage(View):
    """Every method is answered alike. Query and body are not read, let alone kept: they may hold real passwords."""

    decoy: Decoy = DECOYS[0]

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        spring(
            HIT, caller(request), f"Asked for {self.decoy.pretends}",
            path=request.path[:LONGEST_PATH], method=(request.method or "")[:16], pretends=self.decoy.pretends,
        )  # fmt: skip
        slow_down()
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
        content_type, status = self.decoy.content_type, self.decoy.status
        return HttpResponse(self.decoy.body(), content_type=content_type, status=status, headers=headers)

    get = post = put = patch = delete = options = answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(request)


@public("crawlers ask for it before anything else")
class Robots(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


def caller(request: HttpRequest) -> Actor:
    """Who asks, a stranger too, with where from."""
    return replace(cast(CrmRequest, request).actor, origin=origin_of(request))
