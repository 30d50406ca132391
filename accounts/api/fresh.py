"""Who may do what is changed by a recent sign-in, or by a credential that was given the scope for it."""

from typing import Any

from rest_framework.request import Request

from accounts.reauthentication import ensure_fresh_sign_in
from crm.core.api.requests import requesting_actor


class FreshWrites:
    """Mixin for viewsets: a session that changes anything must be fresh, as on the pages."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        is_safe = request.method in ("GET", "HEAD", "OPTIONS")
        if not is_safe and requesting_actor(request).credential == "session":
            ensure_fresh_sign_in(request._request)  # type: ignore[arg-type]
