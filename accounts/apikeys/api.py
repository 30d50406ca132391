"""Keys for programs: made with a fresh session or an OAuth token, never with a key; and where leaks are reported."""

from dataclasses import replace
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.apikeys import services
from accounts.apikeys.filters import ApiKeyFilters
from accounts.apikeys.leaks import api_key_leaked
from accounts.apikeys.serializers import (
    ApiKeySerializer,
    ChangedApiKeySerializer,
    IssuedApiKeySerializer,
    KeyRotationSerializer,
    LeakSerializer,
    NewApiKeySerializer,
)
from accounts.models import ApiKey
from accounts.oauth.answers import origin_of
from accounts.reauthentication import ensure_fresh_sign_in
from crm.core.access import Access, public
from crm.core.actor import Actor
from crm.core.api.schema import RecordSchema
from crm.core.api.viewsets import SHAPING, ReadOnlyRecordViewSet, etag, expected_version
from crm.core.listing import refuse_unknown

SHOWN_ONCE = ("key",)


class ApiKeyViewSet(ReadOnlyRecordViewSet):
    resource = "apikeys"
    queryset = ApiKey.objects.select_related("user")
    serializer_class = ApiKeySerializer
    filterset_class = ApiKeyFilters
    extra_permissions: ClassVar[dict[str, str]] = {"rotate": "apikeys:write"}
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        "create": set(),
        "rotate": set(),
        "revoke": SHAPING,
    }

    @extend_schema(request=NewApiKeySerializer, responses={201: IssuedApiKeySerializer})
    def create(self, request: Request) -> Response:
        """The answer holds the key, this once."""
        self._ensure_fresh()
        serializer = NewApiKeySerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        return self._issued(*services.api_key_create(self.actor, days=values.pop("expires_in_days"), **values))

    @extend_schema(request=KeyRotationSerializer, responses={201: IssuedApiKeySerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A successor, shown this once; the old key works for `overlap_days` more."""
        self._ensure_fresh()
        serializer = KeyRotationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        version = expected_version(request)
        days = values.pop("expires_in_days")
        return self._issued(*services.api_key_rotate(self.actor, pk, days=days, version=version, **values))

    @extend_schema(request=ChangedApiKeySerializer, responses=ApiKeySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        self._ensure_fresh()
        serializer = ChangedApiKeySerializer(data=request.data, partial=True, context={"request": request})
        serializer.is_valid(raise_exception=True)
        services.api_key_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Ends the key with the next request; its row stays."""
        services.api_key_revoke(self.actor, pk, version=expected_version(request))
        return self.answer(self.get_object())

    def destroy(self, request: Request, pk: str) -> Response:
        """Ends the key and removes its row; the audit trail keeps what it was."""
        services.api_key_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    def _ensure_fresh(self) -> None:
        if self.actor.credential == "session":
            ensure_fresh_sign_in(self.request._request)  # type: ignore[arg-type]

    def _issued(self, key: ApiKey, secret: str) -> Response:
        shown = {**ApiKeySerializer().to_representation(key), "key": secret}
        response = Response(shown, 201, headers={"ETag": etag(key), "Cache-Control": "no-store"})
        response.shown_once = SHOWN_ONCE  # type: ignore[attr-defined]
        return response


# Who may end keys need not be able to make any.
ApiKeyViewSet.access_by_action["revoke"] = Access(permissions=("apikeys:write", "apikeys:manage"))


@public("whoever finds a key must be able to end it")
class LeakedKeyView(APIView):
    schema = RecordSchema()
    authentication_classes = ()

    @extend_schema(request=LeakSerializer, responses={204: None}, operation_id="api_keys_leaked")
    def post(self, request: Request) -> Response:
        """Ends the key at once and tells its person. The answer is the same whether it was a key or not."""
        refuse_unknown(request._request.GET, set())
        serializer = LeakSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        api_key_leaked(_finder(request), serializer.validated_data["key"])
        return Response(status=204)


def _finder(request: Request) -> Actor:
    """Who reports a leak is nobody in particular; the trail has the address it came from."""
    return replace(Actor.system("leak report"), door="api", origin=origin_of(request._request))  # type: ignore[arg-type]
