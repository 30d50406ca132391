"""allauth's flows with our connections as its applications, and our rules for whom they sign in."""

from typing import Any, cast

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import SsoConnection
from accounts.oauth.answers import origin_of
from accounts.sso.connections import NAME_ATTRIBUTES, app_of, enabled
from accounts.sso.identity import Claims, SsoRefused, person_for
from auditlog.models import Severity
from auditlog.security import security_event
from crm.core.errors import CrmError
from crm.core.outgoing import public_session
from crm.core.requests import CrmRequest

REFUSED = "Single sign-on did not work. Try again, or ask an administrator."


class SsoAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        apps = [app_of(connection) for connection in enabled()]
        found = [app for app in apps if provider in (None, app.provider, app.provider_id)]
        return [app for app in found if client_id in (None, app.client_id)]

    def get_requests_session(self) -> requests.Session:
        return public_session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Our search for the person in place of allauth's: `sociallogin.user` exists afterwards, or nobody gets in."""
        slug = sociallogin.account.provider
        connection = SsoConnection.objects.select_related("team", "default_role").get(pk=slug)
        try:
            if sociallogin.state.get("process") not in (None, AuthProcess.LOGIN):
                raise SsoRefused("not_a_sign_in")
            user = person_for(connection, claims_of(sociallogin), origin_of(cast(CrmRequest, request)))
        except (SsoRefused, CrmError) as refusal:
            reason = getattr(refusal, "reason", "") or getattr(refusal, "code", "")
            raise ImmediateHttpResponse(refused(request, connection.name, reason)) from None
        sociallogin.user = user
        # The provider's claims are not ours to keep.
        SocialAccount.objects.filter(provider=slug, uid=sociallogin.account.uid).update(extra_data={})

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        reason = (extra_context or {}).get("saml_last_error_reason") or type(exception).__name__
        name = provider.app.name if provider.app else str(provider)
        raise ImmediateHttpResponse(refused(request, name, str(error or "unknown"), str(reason)[:200]))


def claims_of(sociallogin: Any) -> Claims:
    """Raises SsoRefused where the identity token and the answer of userinfo speak of two people."""
    data, subject = sociallogin.account.extra_data, str(sociallogin.account.uid)
    if sociallogin.provider.app.provider == "saml":
        return _asserted(sociallogin, data, subject)
    token, info = data.get("id_token") or {}, data.get("userinfo") or {}
    if not token or (info and info.get("sub") != token.get("sub")):
        raise SsoRefused("subject_mismatch")
    merged = {**token, **info}
    verified = merged.get("email_verified")
    is_verified = verified if isinstance(verified, bool) else None if verified is None else str(verified) == "true"
    return Claims(subject, str(merged.get("email") or ""), is_verified, str(merged.get("name") or ""), merged)


def _asserted(sociallogin: Any, attributes: dict[str, list[str]], subject: str) -> Claims:
    """allauth has read the address from the attributes, or from a NameID that is one."""
    email = next((one.email for one in sociallogin.email_addresses), "")
    name = next((str(attributes[key][0]) for key in NAME_ATTRIBUTES if attributes.get(key)), "")
    return Claims(subject, email, None, name, attributes)


def refused(request: HttpRequest, name: str, reason: str, detail: str = "") -> HttpResponse:
    """One sentence for people, the reason for the trail."""
    origin = origin_of(cast(CrmRequest, request))
    security_event("sso.failed", Severity.MEDIUM, origin, connection=name, reason=reason, detail=detail)
    messages.error(request, REFUSED)
    return redirect("account_login")
