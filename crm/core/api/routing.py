"""Addresses that answer with and without a trailing slash, without a redirect that would lose a POST."""

from typing import Any

from rest_framework.routers import SimpleRouter


class AnySlashRouter(SimpleRouter):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.trailing_slash = "/?"
