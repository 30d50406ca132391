"""What a signed-in person must do before anything else. Each gate is a function: user → address of the step, or None.

Until the step is done a session reaches only addresses below it and the way out. Tokens and keys are not sessions:
they were given before, and are revoked where a gate must close on them, too.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.mfa.policy import factor_gate
from accounts.models import PasswordPolicy, User
from crm.core.errors import Forbidden
from crm.core.requests import CrmRequest
from crm.core.responses import error_response, speaks_json

Gate = Callable[[User], str | None]

# Always open: signing out, and the proof that some steps ask for.
OPEN = {"account_logout", "account_reauthenticate", "api:logout", "api:logout_all", "health_live", "health_ready"}


class StepRequired(Forbidden):
    code = "sign_in_step_required"


def password_gate(user: User) -> str | None:
    """Past the policy's maximum age the password is changed first. The backend loads that age with the user."""
    if not user.has_usable_password():
        return None
    days = user.maximum_age_days if hasattr(user, "maximum_age_days") else PasswordPolicy.current().maximum_age_days
    if days is None or timezone.now() - user.password_changed_at < timedelta(days=days):
        return None
    return reverse("account_change_password")


GATES: tuple[Gate, ...] = (password_gate, factor_gate)


class GateMiddleware:
    """Asks every gate of a session, after the check of access."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: CrmRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.actor.credential != "session" or (match and match.view_name in OPEN):
            return None
        user = cast(User, request.user)
        step = next((url for gate in GATES if (url := gate(user))), None)
        return None if step is None or request.path.startswith(step) else _led_to(request, step)


def _led_to(request: CrmRequest, step: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": step})
    if speaks_json(request):
        return error_response(request, StepRequired(f"Your sign-in is not complete. Go on at {step}"))
    return redirect(step)
