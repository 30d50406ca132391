"""The form of one connection. A secret is never shown again; an empty field keeps it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import SsoConnection
from crm.core.forms import RecordForm

LINES = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})


class DomainsField(forms.CharField):
    """`a.example, b.example` as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [one.strip().lower().removeprefix("@") for one in str(value or "").split(",") if one.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != initial


class RoleMapField(forms.CharField):
    """Lines such as `crm-admins = admin` as a mapping."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{said} = {role}" for said, role in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        pairs = [line.rpartition("=") for line in str(value or "").splitlines() if line.strip()]
        if not all(said.strip() and role.strip() for said, _equals, role in pairs):
            raise ValidationError("Write one value and one role on each line.", code="invalid_role_map")
        return {said.strip(): role.strip() for said, _equals, role in pairs}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != initial


class SsoConnectionForm(RecordForm):
    domains = DomainsField(
        label=_("E-mail domains"), help_text=_("Separated by commas. Only accounts with such an address are opened.")
    )
    discovery_url = forms.URLField(
        label=_("Address of the provider"),
        required=False,
        assume_scheme="https",
        help_text=_("https://login.example.com, without /.well-known/…"),
    )
    idp_sso_url = forms.URLField(label=_("Sign-on address"), required=False, assume_scheme="https")
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again. Empty keeps the one there is."),
    )
    role_map = RoleMapField(
        label=_("Roles by claim"),
        required=False,
        widget=LINES,
        help_text=_("One line each: value of the claim = name of the role. The first that fits counts."),
    )

    GROUPS = (
        (_("Connection"), ("name", "kind", "domains")),
        (_("OpenID Connect"), ("discovery_url", "client_id", "client_secret")),
        (_("SAML"), ("idp_entity_id", "idp_sso_url", "idp_certificate")),
        (_("People"), ("trusts_addresses", "creates_people", "team", "default_role", "role_claim", "role_map")),
        (_("In use"), ("is_enabled", "is_enforced")),
    )

    class Meta:
        model = SsoConnection
        fields = [
            *("name", "kind", "domains", "discovery_url", "client_id", "idp_entity_id", "idp_sso_url"),
            *("idp_certificate", "trusts_addresses", "creates_people", "team", "default_role", "role_claim"),
            *("role_map", "is_enabled", "is_enforced"),
        ]
        widgets = {"idp_certificate": LINES}
        labels = {
            "idp_entity_id": _("Entity ID"),
            "idp_certificate": _("Certificate (PEM)"),
            "trusts_addresses": _("Its addresses need no further proof"),
            "creates_people": _("Creates accounts"),
            "team": _("Their team"),
            "default_role": _("Their role"),
            "role_claim": _("Claim that names the role"),
            "is_enabled": _("Enabled"),
            "is_enforced": _("Enforced"),
        }
        help_texts = {
            "trusts_addresses": _("For your own directory. Off, the provider must say that it verified the address."),
            "creates_people": _("Who is unknown gets an account at the first sign-in."),
            "role_claim": _("Such as groups. Read when the account is created."),
            "is_enforced": _("Passwords of these domains open nothing, except for super administrators."),
        }
