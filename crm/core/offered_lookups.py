"""Lists of the administration are narrowed by the filters they show, and by nothing else in the address."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class OfferedLookups(admin.ModelAdmin):  # type: ignore[type-arg]
    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Django takes any column of the model: `?password__startswith=` tells a hash letter by letter."""
        filters = self.get_list_filter(request)
        columns = {one for one in filters if isinstance(one, str)}
        named = {getattr(one, "parameter_name", None) for one in filters}
        is_offered = lookup in named or lookup.partition("__")[0] in columns
        return is_offered and super().lookup_allowed(lookup, value, request)
