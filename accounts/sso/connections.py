"""Which connection stands for an address, and how allauth is told about it without storing a secret of it."""

from allauth.socialaccount.models import SocialApp

from accounts.models import SsoConnection, User
from accounts.models.sso import SsoKind, domain_of

EMAIL_ATTRIBUTES = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME_ATTRIBUTES = (
    "name",
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
STRICT = {
    "strict": True,
    "want_assertion_signed": True,
    "want_attribute_statement": False,
    "want_name_id": True,
    "reject_idp_initiated_sso": True,
    "reject_deprecated_algorithm": True,
    "allow_single_label_domains": True,
}


def enabled() -> list[SsoConnection]:
    return list(SsoConnection.objects.filter(is_enabled=True))


def connection_for(email: str) -> SsoConnection | None:
    """The enabled connection whose domains hold the address, known or not."""
    domain = domain_of(email)
    return next((one for one in enabled() if domain in one.domains), None)


def enforced_for(email: str) -> SsoConnection | None:
    connection = connection_for(email)
    return connection if connection and connection.is_enforced else None


def password_is_refused(user: User) -> bool:
    """Where single sign-on is enforced, passwords open nothing but the accounts of super administrators."""
    return not user.is_superuser and enforced_for(user.email) is not None


def app_of(connection: SsoConnection) -> SocialApp:
    """allauth's view of a connection; never saved."""
    is_oidc = connection.kind == SsoKind.OIDC
    return SocialApp(
        provider="openid_connect" if is_oidc else "saml",
        provider_id=connection.slug,
        name=connection.name,
        client_id=connection.client_id if is_oidc else connection.slug,
        secret=connection.client_secret,
        settings=_oidc(connection) if is_oidc else _saml(connection),
    )


def _oidc(connection: SsoConnection) -> dict[str, object]:
    return {"server_url": connection.discovery_url, "oauth_pkce_enabled": True}


def _saml(connection: SsoConnection) -> dict[str, object]:
    idp = {
        "entity_id": connection.idp_entity_id,
        "sso_url": connection.idp_sso_url,
        "x509cert": connection.idp_certificate,
    }
    mapping = {"uid": [], "email": list(EMAIL_ATTRIBUTES), "name": list(NAME_ATTRIBUTES)}
    return {"idp": idp, "advanced": STRICT, "attribute_mapping": mapping}
