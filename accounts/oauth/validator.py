"""django-oauth-toolkit's rules, made stricter: locks, families, scopes of the vocabulary, no second use of anything."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from oauth2_provider.models import set_token_value
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import UnsupportedResponseTypeError

from accounts.models import AccessToken, Application, Grant, RefreshToken, TokenFamily
from accounts.oauth.events import MISUSE, record_misuse, record_token_event
from accounts.oauth.keyed_hash import checksum
from accounts.oauth.scopes import is_vocabulary, requested
from crm.core.actor import Origin


class Validator(OAuth2Validator):
    """One per HTTP request. The caller opens the transaction: what is locked here stays so until tokens are saved."""

    def __init__(self, origin: Origin | None = None) -> None:
        super().__init__()
        self.origin = origin or Origin()

    @staticmethod
    def locked(rows: QuerySet[Any]) -> Any:
        return rows.select_for_update(of=("self",)).first()

    # The client

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        client = self._load_application(request.client_id, request)
        return client is None or client.is_confidential or bool(request.client_secret)

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        client = self._load_application(request.client_id, request)
        return client is not None and client.secret_matches(request.client_secret or "")

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if grant_type == "client_credentials" and client.user is not None:
            request.user = client.user
            return client.user.is_active
        return grant_type in client.grant_types

    # The authorization request

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """An unknown scope is refused; one the client may not have is left out; nothing left is refused."""
        wanted = requested(" ".join(scopes))
        request.scopes = [scope for scope in wanted if scope in client.scopes]
        return is_vocabulary(wanted) and bool(request.scopes)

    def validate_response_type(
        self, client_id: str, response_type: str, client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if response_type != "code":
            raise UnsupportedResponseTypeError(request=request)
        return "authorization_code" in client.grant_types

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """A program by itself may leave `scope` out: an administrator chose its scopes; a person is always asked."""
        return request.client.scopes if request.grant_type == "client_credentials" else []

    def save_authorization_code(self, client_id: str, code: Any, request: Request, *args: Any, **kwargs: Any) -> None:
        # Parameters of extensions that are not offered must not reach the database.
        request.nonce = request.claims = None
        request.resource = []
        self._create_authorization_code(request, code)

    # The code

    def validate_code(
        self, client_id: str, code: str, client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """A code presented a second time kills what it issued (RFC 6749 §4.1.2)."""
        grant = self.locked(Grant.objects.filter(code=code, application=client))
        if grant is None:
            return False
        if grant.redeemed_at is not None:
            self._kill(grant.family, "code_replayed")
            return False
        request.grant, request.user = grant, grant.user
        request.scopes = [scope for scope in grant.scope.split() if scope in client.scopes]
        is_current = grant.user.is_active and grant.created >= grant.user.tokens_valid_from
        return is_current and not grant.is_expired() and bool(request.scopes)

    def get_code_challenge(self, code: str, request: Request) -> str:
        return request.grant.code_challenge

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return request.grant.code_challenge_method

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Application, request: Request, *args: Any
    ) -> bool:
        return redirect_uri == request.grant.redirect_uri

    def invalidate_authorization_code(self, client_id: str, code: str, request: Request, *args: Any, **kw: Any) -> None:
        request.grant.redeemed_at, request.grant.family = timezone.now(), request.family
        request.grant.save(update_fields=["redeemed_at", "family"])

    # The refresh token

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Presented a second time it revokes the family, whoever presents it."""
        stored = checksum(refresh_token)
        family = self.locked(TokenFamily.objects.filter(application=client, refresh_tokens__token_checksum=stored))
        if family is None:
            return False
        family.application = client
        token, now = family.refresh_tokens.get(token_checksum=stored), timezone.now()
        if token.revoked is not None:
            self._kill(family, "refresh_token_reused")
            return False
        request.family, request.user, request.refresh_token_instance = family, family.user, token
        return family.is_live(now) and token.created + refresh_lifetime() > now

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        return [scope for scope in request.family.scope.split() if scope in request.client.scopes]

    # The tokens

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        now = timezone.now()
        expires = now + timedelta(seconds=token["expires_in"])
        if request.grant_type == "refresh_token":
            self._use_up(request.refresh_token_instance, request.family, now)
        else:
            ends = now + settings.OAUTH2_FAMILY_LIFETIME if "refresh_token" in token else expires
            request.family = self._start_family(token["scope"], request, now, ends)
        common = {"user": request.user, "application": request.client, "family": request.family}
        access = AccessToken(scope=token["scope"], expires=expires, **common)
        set_token_value(access, token["access_token"])
        access.save(force_insert=True)
        if "refresh_token" not in token:
            return
        refresh = RefreshToken(access_token=access, **common)
        set_token_value(refresh, token["refresh_token"])
        refresh.save(force_insert=True)

    def _start_family(self, scope: str, request: Request, now: datetime, ends: datetime) -> TokenFamily:
        family = TokenFamily.objects.create(
            user=request.user,
            application=request.client,
            scope=scope,
            started_at=now,
            last_used_at=now,
            expires_at=ends,
            address=self.origin.address,
            last_address=self.origin.address,
            agent=self.origin.agent,
        )
        record_token_event("tokens.issued", family, self.origin)
        return family

    def _use_up(self, token: RefreshToken, family: TokenFamily, now: datetime) -> None:
        token.revoked = family.last_used_at = now
        family.last_address = self.origin.address
        token.save(update_fields=["revoked", "updated"])
        family.save(update_fields=["last_used_at", "last_address"])
        family.access_tokens.all().delete()

    # The end

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """Any token of a family ends the family (RFC 7009 §2.1); a token of another client is as good as unknown."""
        own = TokenFamily.objects.filter(application=request.client)
        for kind in ("refresh_tokens", "access_tokens"):
            if family := self.locked(own.filter(**{f"{kind}__token_checksum": checksum(token)})):
                self._kill(family, "revoked")

    def _kill(self, family: TokenFamily, reason: str) -> None:
        if family.revoke(reason):
            record_token_event(f"tokens.{reason}", family, self.origin)
            if reason in MISUSE:
                record_misuse(reason, family, self.origin)


def refresh_lifetime() -> timedelta:
    return timedelta(days=settings.REFRESH_DAYS)
