"""Registered OAuth clients: programs that act for a person or by themselves, with no more than their own scopes."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AbstractApplication

from accounts.oauth.keyed_hash import KeyedHashField, matches
from accounts.oauth.redirects import check_redirect_uri, is_registered
from crm.core.fields import LineField
from crm.core.permissions import PERMISSIONS
from crm.core.records import Identified, SharedQuerySet


class Application(Identified, AbstractApplication):
    """`allowed_scopes` and `redirect_uris` are separated by spaces; no allowed scope means no access at all.

    With a redirect address it acts for people who allow it (authorization code), with a service account as `user`
    by itself, too (client credentials); with neither it can do nothing.
    The previous secret stays valid until `previous_secret_expires_at`, so that a rotation needs no downtime.
    """

    name = LineField(max_length=100)
    client_secret = KeyedHashField(max_length=64, default=generate_client_secret, editable=False)
    previous_secret = KeyedHashField(max_length=64, blank=True, editable=False)
    previous_secret_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    allowed_scopes = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="service_clients"
    )
    is_active = models.BooleanField(default=True)

    # What the library has and must not be: secrets are always hashed, consent is always asked, grants follow from use.
    hash_client_secret = None
    skip_authorization = None
    authorization_grant_type = None
    created = None
    updated = None

    RESOURCE: ClassVar[str] = "clients"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "OAuth client"
        verbose_name_plural = "clients"

    def __str__(self) -> str:
        return self.name or self.client_id

    @property
    def scopes(self) -> list[str]:
        return [scope for scope in self.allowed_scopes.split() if scope in PERMISSIONS]

    @property
    def redirect_list(self) -> list[str]:
        return self.redirect_uris.split()

    @property
    def is_confidential(self) -> bool:
        return self.client_type == self.CLIENT_CONFIDENTIAL

    @property
    def grant_types(self) -> list[str]:
        for_people = ["authorization_code", "refresh_token"] if self.redirect_list else []
        return for_people + (["client_credentials"] if self.user_id else [])

    def is_usable(self, request: Any) -> bool:
        return self.is_active

    def redirect_uri_allowed(self, uri: str) -> bool:
        return is_registered(uri, self.redirect_list)

    def secret_matches(self, presented: str) -> bool:
        """Only a confidential client has a secret that counts."""
        if not self.is_confidential or not presented:
            return False
        overlap = self.previous_secret_expires_at
        stored = [self.client_secret, *([self.previous_secret] if overlap and overlap > timezone.now() else [])]
        return any([matches(presented, one) for one in stored if one])

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if unknown := sorted(set(self.allowed_scopes.split()) - PERMISSIONS):
            errors["allowed_scopes"] = ValidationError(f"Not a scope: {', '.join(unknown)}.", code="unknown_scope")
        if not self.grant_types:
            errors["redirect_uris"] = ValidationError("Register at least one redirect address.", code="required")
        if self.user_id and not self.is_confidential:
            errors["client_type"] = ValidationError("Only a client with a secret acts by itself.", code="needs_secret")
        for uri in self.redirect_list:
            try:
                check_redirect_uri(uri)
            except ValidationError as error:
                errors["redirect_uris"] = error
        if errors:
            raise ValidationError(errors)
