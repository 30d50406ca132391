"""Every address of the project, read from the URL configuration itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver, resolve

from auditlog.honeypots.views import DecoyPage

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETER = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """`route` is the whole pattern, without a leading slash."""

    route: str
    view: Callable[..., Any]

    def __str__(self) -> str:
        return f"/{self.route}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(regex or plain for regex, plain in PARAMETER.findall(self.route))

    @property
    def actions(self) -> dict[str, str]:
        """Method → action, for viewsets."""
        return {method.upper(): action for method, action in (getattr(self.view, "actions", None) or {}).items()}

    @property
    def methods(self) -> tuple[str, ...]:
        """What the view answers; a plain function may answer anything."""
        if self.actions:
            return tuple(method for method in METHODS if method in self.actions)
        handler = getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)
        if handler is None:
            return ("GET", "POST")
        return tuple(method for method in METHODS if hasattr(handler, method.lower()))

    def url(self, **values: Any) -> str:
        """The address with its parameters filled in; it leads to this very view."""
        filled = PARAMETER.sub(lambda found: str(values[found[1] or found[2]]), self.route)
        url = "/" + re.sub(r"/\?|[\^$]", "", filled)
        assert resolve(url).func == self.view, f"{url} leads elsewhere"
        return url


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, ""))


def without_decoys() -> list[Address]:
    """Those that are there for somebody; what a decoy answers is auditlog/tests/test_honeypots.py's to say."""
    return [one for one in addresses() if getattr(one.view, "view_class", None) is not DecoyPage]


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield Address(route, pattern.callback)
