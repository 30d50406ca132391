"""OAUTH2_PROVIDER: authorization code with PKCE after RFC 9700, and the house's own classes."""

from typing import Any

from crm.core.permissions import PERMISSIONS


def oauth_settings(access_minutes: int, refresh_days: int, issuer: str) -> dict[str, Any]:
    return {
        "SCOPES": {permission: permission.replace(":", " – ") for permission in sorted(PERMISSIONS)},
        "DEFAULT_SCOPES": [],
        "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.validator.Validator",
        "APPLICATION_ADMIN_CLASS": "accounts.oauth.admin.ApplicationAdmin",
        "ACCESS_TOKEN_ADMIN_CLASS": "accounts.oauth.admin.AccessTokenAdmin",
        "REFRESH_TOKEN_ADMIN_CLASS": "accounts.oauth.admin.RefreshTokenAdmin",
        "GRANT_ADMIN_CLASS": "accounts.oauth.admin.GrantAdmin",
        "ID_TOKEN_ADMIN_CLASS": "accounts.oauth.admin.IDTokenAdmin",
        "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
        "ACCESS_TOKEN_EXPIRE_SECONDS": access_minutes * 60,
        "REFRESH_TOKEN_EXPIRE_SECONDS": refresh_days * 86400,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "CLIENT_SECRET_GENERATOR_LENGTH": 48,
        "PKCE_REQUIRED": True,
        "OIDC_ISS_ENDPOINT": issuer,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    }
