"""Where allauth's steps of signing in live. It reverses these names itself, so they stand outside our namespaces."""

from django.urls import path

from accounts.views import second_factor

urlpatterns = [
    path("second-factor/", second_factor.SecondFactorView.as_view(), name="mfa_authenticate"),
    path("passkey/", second_factor.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path("reauthenticate/code/", second_factor.CodeAgainView.as_view(), name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", second_factor.PasskeyAgainView.as_view(), name="mfa_reauthenticate_webauthn"),
]
