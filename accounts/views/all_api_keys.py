"""Every key in reach, for those who look after them."""

from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils import timezone

from accounts.apikeys.filters import STATES, ApiKeyFilters
from accounts.apikeys.peppers import current_pepper_id
from accounts.models import ApiKey
from crm.core.access import requires
from crm.core.pages import ListPage


@requires("apikeys:manage")
class AllKeys(ListPage):
    model = ApiKey
    filters = ApiKeyFilters
    template_name = "settings/api_keys.html"
    joins = ("user", "team")

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        """Those the actor may manage, which may be fewer than it can see."""
        return super().rows_for(params).filter(pk__in=self._managed().values("pk"))

    def extra_context(self) -> dict[str, Any]:
        live = self._managed().live(timezone.now())
        return {"states": STATES, "on_old_pepper": live.exclude(pepper_id=current_pepper_id()).count()}

    def _managed(self) -> Any:
        return ApiKey.objects.for_actor(self.actor, "manage")
