"""One JSON line per event with the trace id; secrets are scrubbed before anything is written."""

import logging
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from django.http import HttpResponse

from crm.core.requests import CrmRequest
from crm.core.trace import current_trace_id

SECRET_NAMES = re.compile(r"pass(word|wd)?$|secret|token|authorization|cookie|api[-_]?key|code_verifier|csrf", re.I)
SECRET_VALUES = re.compile(
    r"(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|((?:code|code_verifier|refresh_token|access_token|client_secret|password|token)=)[^&\s\"']+"
    r"|(crm_live_)[A-Za-z0-9]{8,}"
    r"|(/(?:invitation|reset/key|email/confirm|unsubscribe|hooks)/)[^/\s\"']{8,}",
    re.I,
)
API_KEYS = re.compile(r"(crm_live_)[A-Za-z0-9]{8,}")
SCRUBBED = "[scrubbed]"

Reporter = Callable[[BaseException, str], None]

log = structlog.get_logger("crm.request")
_reporters: list[Reporter] = []


def scrub(value: Any, name: str = "") -> Any:
    """Replaces what a name or a shape gives away as a secret, at any depth."""
    if name and SECRET_NAMES.search(name) and not isinstance(value, dict | list | bool | int | None):
        return SCRUBBED
    if isinstance(value, dict):
        return {key: scrub(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(inner) for inner in value]
    return SECRET_VALUES.sub(_keep_label, value) if isinstance(value, str) else value


def _keep_label(match: re.Match[str]) -> str:
    return next(filter(None, match.groups()), "") + SCRUBBED


def scrub_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: scrub(value, key) for key, value in event.items()}


def scrub_line(_logger: Any, _method: str, line: str) -> str:
    """The finished line once more: a key may have come out of bytes, an object's repr or a name."""
    return API_KEYS.sub(_keep_label, line)


def report_with(reporter: Reporter) -> None:
    """`reporter(error, event)` gets each exception that is logged as an error, once."""
    _reporters.append(reporter)


def tell_reporters(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Before the exception becomes text. What a reporter raises must not keep the line from being written."""
    if _reporters and method in ("error", "exception", "critical") and (error := error_in(event.get("exc_info"))):
        for reporter in _reporters:
            with suppress(Exception):
                reporter(error, str(event.get("event", ""))[:200])
    return event


def error_in(exc_info: Any) -> BaseException | None:
    """structlog takes an exception, a triple, or True for the one being handled."""
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    return exc_info if isinstance(exc_info, BaseException) else sys.exc_info()[1] if exc_info is True else None


def add_trace_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.setdefault("trace_id", current_trace_id())
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_trace_id,
    tell_reporters,
    structlog.processors.format_exc_info,
    scrub_event,
]


def logging_config(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: everything, the standard library's loggers too, through one formatter to stderr."""
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, scrub_line],
        "foreign_pre_chain": SHARED_PROCESSORS,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # At DEBUG oauthlib writes codes and tokens as they are.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"level": "WARNING"},
            "oauthlib": {"level": "INFO"},
            # At INFO it tells of each table of each font in each document.
            "fontTools": {"level": "WARNING"},
        },
    }


class RequestLogMiddleware:
    """One line per request: route, status, duration in milliseconds, who."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        level = logging.WARNING if response.status_code >= 500 else logging.INFO
        route = request.resolver_match.route if request.resolver_match else ""
        log.log(
            level,
            "request",
            method=request.method,
            path=request.path,
            route=route,
            status=response.status_code,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            actor=str(getattr(getattr(request, "actor", None), "id", "") or ""),
        )
        return response
