"""Where identity providers send people back to. Single logout is not offered; sessions end here by themselves."""

from typing import Any

from django.urls import path

from accounts.views import sso

urlpatterns: list[Any] = [
    path("oidc/<slug:provider_id>/callback/", sso.OidcCallback.as_view(), name="openid_connect_callback"),
    path("saml/<slug:organization_slug>/acs/", sso.SamlAnswer.as_view(), name="saml_acs"),
    path("saml/<slug:organization_slug>/acs/finish/", sso.SamlFinish.as_view(), name="saml_finish_acs"),
    path("saml/<slug:organization_slug>/metadata/", sso.SamlMetadata.as_view(), name="saml_metadata"),
    path("saml/<slug:organization_slug>/sls/", sso.SamlLogout.as_view(), name="saml_sls"),
]
