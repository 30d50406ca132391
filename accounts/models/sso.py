"""Connections to identity providers: which addresses they vouch for, and what becomes of people they send."""

import re
from typing import Any, ClassVar

from cryptography import x509
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.models.teams import Role, Team
from crm.core.encryption import EncryptedTextField
from crm.core.fields import LineField
from crm.core.outgoing import check_address
from crm.core.records import Identified, SharedQuerySet

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()


def validate_domains(domains: Any) -> None:
    """A list of e-mail domains in lower case, none twice."""
    if not isinstance(domains, list) or not all(isinstance(one, str) for one in domains):
        raise ValidationError("List e-mail domains.", code="invalid_domain")
    wrong = [one for one in domains if not DOMAIN.fullmatch(one)]
    if wrong or not domains or len(set(domains)) != len(domains):
        raise ValidationError(f"Not an e-mail domain: {', '.join(wrong) or 'none given'}.", code="invalid_domain")


def validate_role_map(mapping: Any) -> None:
    """`{"crm-admins": "admin"}`: value of the claim → name of the role."""
    texts = mapping.items() if isinstance(mapping, dict) else [(None, None)]
    if not all(isinstance(text, str) and text for pair in texts for text in pair):
        raise ValidationError("Write one value and one role on each line.", code="invalid_role_map")


class SsoKind(models.TextChoices):
    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class SsoConnection(Identified):
    """It opens accounts whose address is in `domains`, and no others.

    `trusts_addresses`: the provider vouches for every address of these domains even where it does not say that it
    has verified one. Right for the company's own directory, wrong for a provider where strangers have accounts.
    """

    kind = models.CharField(max_length=8, choices=SsoKind, default=SsoKind.OIDC)
    name = LineField(max_length=40, unique=True)
    domains = models.JSONField(default=list, validators=[validate_domains])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    discovery_url = models.URLField(max_length=500, blank=True)
    client_id = LineField(max_length=190, blank=True)
    client_secret = EncryptedTextField(blank=True, editable=False)
    idp_entity_id = LineField(max_length=500, blank=True)
    idp_sso_url = models.URLField(max_length=500, blank=True)
    idp_certificate = models.TextField(blank=True)
    trusts_addresses = models.BooleanField(default=False)
    creates_people = models.BooleanField(default=False)
    default_role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role_claim = LineField(max_length=200, blank=True)
    role_map = models.JSONField(default=dict, blank=True, validators=[validate_role_map])
    is_enforced = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)

    RESOURCE: ClassVar[str] = "settings"
    WRITE_PERMISSION: ClassVar[str] = "settings:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "SSO connection"
        verbose_name_plural = "SSO connections"
        constraints = [models.CheckConstraint(condition=Q(kind__in=["oidc", "saml"]), name="sso_kind_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """Its name in addresses, and that of its accounts in allauth's table."""
        return self.pk.hex

    def covers(self, email: str) -> bool:
        return domain_of(email) in self.domains

    def clean(self) -> None:
        errors = self._missing()
        if self.discovery_url:
            try:
                check_address(self.discovery_url)
            except ValueError as error:
                errors["discovery_url"] = ValidationError(str(error), code="address_refused")
        if self.idp_sso_url and not self.idp_sso_url.startswith("https://"):
            errors["idp_sso_url"] = ValidationError("Use an https:// address.", code="address_refused")
        if self.idp_certificate and not _is_certificate(self.idp_certificate):
            errors["idp_certificate"] = ValidationError("Not a certificate in PEM form.", code="invalid_certificate")
        if errors:
            raise ValidationError(errors)

    def _missing(self) -> dict[str, Any]:
        oidc, saml = ("discovery_url", "client_id"), ("idp_entity_id", "idp_sso_url", "idp_certificate")
        needed = oidc if self.kind == SsoKind.OIDC else saml
        return {name: ValidationError("This is needed.", code="required") for name in needed if not getattr(self, name)}


def _is_certificate(text: str) -> bool:
    try:
        x509.load_pem_x509_certificate(text.strip().encode())
    except ValueError:
        return False
    return True
