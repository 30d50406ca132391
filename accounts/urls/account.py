"""What is a person's own: profile, security, sessions, granted applications, API keys."""

from typing import Any

from django.urls import path

from accounts.views import api_keys, applications, areas, email, invitations, passkeys, profile, security, sessions, sso

app_name = "accounts"

urlpatterns: list[Any] = [
    path("", areas.account_home, name="home"),
    path("sso/", sso.SsoEntry.as_view(), name="sso"),
    path("sso/<uuid:pk>/start/", sso.SsoStart.as_view(), name="sso_start"),
    path("sessions/", sessions.SessionList.as_view(), name="sessions"),
    path("sessions/<uuid:pk>/end/", sessions.SessionEnd.as_view(), name="session_end"),
    path("sessions/end-others/", sessions.OtherSessionsEnd.as_view(), name="sessions_end_others"),
    path("sessions/end-all/", sessions.EverywhereEnd.as_view(), name="sessions_end_all"),
    path("sessions/here/", sessions.SessionHere.as_view(), name="session_here"),
    path("sessions/resumed/", sessions.SessionResumed.as_view(), name="session_resumed"),
    path("security/", security.security, name="security"),
    path("security/setup/", security.setup, name="security_setup"),
    path("security/setup/app/", security.AppSetup.as_view(), name="security_app"),
    path("security/setup/passkey/", passkeys.PasskeyAdd.as_view(), name="security_passkey_add"),
    path("security/codes/", security.RecoveryCodes.as_view(), name="security_codes"),
    path("security/passkeys/<int:pk>/", passkeys.PasskeyRename.as_view(), name="security_passkey"),
    path("security/factors/<int:pk>/remove/", security.FactorRemove.as_view(), name="security_remove"),
    path("profile/", profile.Profile.as_view(), name="profile"),
    path("email/", email.EmailPage.as_view(), name="email"),
    path("email/confirm/<str:token>/", email.EmailConfirm.as_view(), name="email_confirm"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("applications/", applications.Applications.as_view(), name="applications"),
    path("applications/end/", applications.ApplicationsEnd.as_view(), name="applications_end_all"),
    path("applications/<uuid:pk>/end/", applications.ApplicationEnd.as_view(), name="applications_end"),
    path("applications/devices/<uuid:pk>/end/", applications.DeviceEnd.as_view(), name="applications_end_device"),
    path("api-keys/", api_keys.OwnKeys.as_view(), name="api_keys"),
    path("api-keys/new/", api_keys.NewKey.as_view(), name="api_keys_new"),
    path("api-keys/<uuid:pk>/", api_keys.KeyDetail.as_view(), name="api_keys_detail"),
    path("api-keys/<uuid:pk>/edit/", api_keys.EditKey.as_view(), name="api_keys_edit"),
    path("api-keys/<uuid:pk>/rotate/", api_keys.RotateKey.as_view(), name="api_keys_rotate"),
    path("api-keys/<uuid:pk>/revoke/", api_keys.RevokeKey.as_view(), name="api_keys_revoke"),
]
