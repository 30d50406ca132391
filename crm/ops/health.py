"""Liveness and readiness: live says the process answers, ready that its database and cache do."""

from django.http import HttpRequest, JsonResponse

from crm.core.access import public
from crm.ops.probes import cache_answers, database_ms


@public("load balancers and supervisors ask without credentials; the answer holds no detail")
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@public("load balancers and supervisors ask without credentials; the answer holds no detail")
def ready(request: HttpRequest) -> JsonResponse:
    checks = {"database": database_ms() is not None, "cache": cache_answers()}
    healthy = all(checks.values())
    body = {
        "status": "ok" if healthy else "down",
        "checks": {name: "ok" if ok else "down" for name, ok in checks.items()},
    }
    return JsonResponse(body, status=200 if healthy else 503)
