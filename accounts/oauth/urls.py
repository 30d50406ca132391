from django.urls import path

from accounts.oauth.views import authorize, discovery, tokens, userinfo

app_name = "oauth"

urlpatterns = [
    path("auth/authorize", authorize.authorize, name="authorize"),
    path("auth/token", tokens.token, name="token"),
    path("auth/refresh", tokens.refresh, name="refresh"),
    path("auth/revoke", tokens.revoke, name="revoke"),
    path("auth/introspect", tokens.introspect, name="introspect"),
    path("auth/userinfo", userinfo.userinfo, name="userinfo"),
    path("auth/challenge", discovery.challenge, name="challenge"),
    path(".well-known/oauth-authorization-server", discovery.metadata, name="metadata"),
    path("auth/.well-known/oauth-authorization-server", discovery.metadata, name="metadata_under_auth"),
]
