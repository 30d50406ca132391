"""Single sign-on: the sign-in page, the way to the provider and back, and the connections in the settings."""

from typing import Any, cast
from uuid import UUID

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.views import LoginView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.saml import views as saml
from allauth.socialaccount.providers.saml.utils import get_app_or_404
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from lxml.etree import LxmlError
from onelogin.saml2.errors import OneLogin_Saml2_Error
from requests import RequestException

from accounts.models import SsoConnection
from accounts.models.sso import domain_of
from accounts.reauthentication import FreshSignIn
from accounts.sso.adapter import refused
from accounts.sso.connections import connection_for, enabled, enforced_for
from accounts.sso.forms import SsoConnectionForm
from accounts.sso.services import sso_connection_create, sso_connection_delete, sso_connection_update
from crm.core.access import public, requires
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, CreatePage, EditPage
from crm.core.requests import CrmRequest

# What a provider's answer can be wrong in, beside what allauth expects.
GARBLED = (RequestException, OAuth2Error, KeyError, ValueError, TypeError, AttributeError)


def way_to(request: Any, connection: SsoConnection) -> HttpResponse:
    """A page that goes on by itself: the browser would not let a form's answer lead to another site."""
    query = urlencode({"next": request.POST.get("next", "")}) if request.POST.get("next") else ""
    url = f"{reverse('accounts:sso_start', args=[connection.pk])}?{query}".removesuffix("?")
    return TemplateResponse(request, "account/sso_continue.html", {"connection": connection, "url": url})


@public("signing in")
class SignIn(LoginView):
    """Where single sign-on is enforced for a domain, every address of it is led there, known or not."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        connection = None if "emergency" in request.POST else enforced_for(request.POST.get("login", ""))
        return way_to(request, connection) if connection else super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        connections = enabled()
        offered = [one for one in connections if not one.is_enforced]
        emergency = "emergency" in {**self.request.GET, **self.request.POST}
        extra = {"has_sso": bool(connections), "sso_connections": offered, "emergency": emergency}
        return {**super().get_context_data(**kwargs), **extra}


@public("the way to single sign-on by one's address")
class SsoEntry(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "account/sso.html", {"next": request.GET.get("next", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        email = request.POST.get("email", "")
        if connection := connection_for(email):
            return way_to(request, connection)
        context = {"next": request.POST.get("next", ""), "domain": domain_of(email), "email": email}
        return TemplateResponse(request, "account/sso.html", context, status=422)


@public("the way to an identity provider")
class SsoStart(View):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = SsoConnection.objects.filter(pk=pk, is_enabled=True).first()
        if connection is None:
            raise NotFound()
        following = request.GET.get("next", "")
        safe = following if get_account_adapter().is_safe_url(following) else ""
        try:
            provider = get_adapter().get_provider(request, connection.slug)
            return cast(HttpResponse, provider.redirect(request, AuthProcess.LOGIN, next_url=safe or None))
        except GARBLED as error:
            return refused(request, connection.name, "provider_unreachable", type(error).__name__)


@public("the way back from an identity provider")
class OidcCallback(View):
    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return cast(HttpResponse, oidc.callback(request, provider_id))
        except GARBLED as error:
            return refused(request, provider_id, "garbled_answer", type(error).__name__)


@method_decorator(csrf_exempt, name="dispatch")
@public("the way back from an identity provider")
class SamlAnswer(View):
    """The provider's own page posts here, so the session's cookie stays away; the next step has it."""

    def post(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        get_app_or_404(request, organization_slug)
        return cast(HttpResponse, saml.acs(request, organization_slug))


@public("what an identity provider needs to know of us")
class SamlMetadata(View):
    def get(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        return cast(HttpResponse, saml.metadata(request, organization_slug))


@public("the way back from an identity provider")
class SamlFinish(View):
    def get(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        try:
            return cast(HttpResponse, saml.finish_acs(request, organization_slug))
        except (*GARBLED, OneLogin_Saml2_Error, LxmlError, PermissionDenied) as error:
            return refused(request, organization_slug, "garbled_answer", type(error).__name__)


@public("named in the metadata, and not offered")
class SamlLogout(View):
    def get(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        raise NotFound()


@requires("settings:manage")
class SsoConnectionList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        rows = SsoConnection.objects.for_actor(self.actor).select_related("team", "default_role")
        return TemplateResponse(request, "settings/sso.html", {"connections": rows, "base": settings.PUBLIC_URL})


class SsoConnectionPage:
    list_url, detail_url = "settings:sso", "settings:sso_edit"

    def done(self, record: SsoConnection, message: str) -> HttpResponse:
        messages.success(self.request, message)  # type: ignore[attr-defined]
        return redirect(self.list_url)

    def extra_context(self) -> dict[str, Any]:
        return {"noun": "SSO connection", "nouns": "Single sign-on"}


@requires("settings:manage")
class SsoConnectionCreate(FreshSignIn, SsoConnectionPage, CreatePage):
    model, form_class, service = SsoConnection, SsoConnectionForm, sso_connection_create

    def initial(self) -> dict[str, Any]:
        return {}


@requires("settings:manage")
class SsoConnectionEdit(FreshSignIn, SsoConnectionPage, EditPage):
    model, form_class, service = SsoConnection, SsoConnectionForm, sso_connection_update


@requires("settings:manage")
class SsoConnectionDelete(FreshSignIn, ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        sso_connection_delete(self.actor, pk)
        messages.success(request, "The connection is deleted. Its people sign in by password once they have reset it.")
        return redirect("settings:sso")
