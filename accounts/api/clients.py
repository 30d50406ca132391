"""OAuth clients: registered, changed, given a new secret, disabled, deleted; and how much they are used."""

from datetime import timedelta
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fresh import FreshWrites
from accounts.models import Application
from accounts.oauth import clients
from accounts.oauth.filters import ClientFilters
from accounts.oauth.serializers import ClientSerializer, NewClientSerializer, RotationSerializer, UseSerializer
from accounts.oauth.usage import use_of
from crm.core.api.viewsets import ReadOnlyRecordViewSet, expected_version

SECRET = "client_secret"


class ClientViewSet(FreshWrites, ReadOnlyRecordViewSet):
    """A session that changes one must be fresh, as on the pages; a token needs the scope; a key gets no secret."""

    resource = "clients"
    queryset = Application.objects.all()
    serializer_class = ClientSerializer
    filterset_class = ClientFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        "rotate_secret": "clients:write",
        "disable": "clients:write",
        "enable": "clients:write",
        "use": "clients:read",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        **{name: set() for name in ("create", "rotate_secret", "disable", "enable", "use")},
    }

    @extend_schema(responses={201: NewClientSerializer})
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        client, secret = clients.client_create(self.actor, **serializer.validated_data)
        return self._with_secret(client, secret, 201)

    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        return self.answer(clients.client_update(self.actor, pk, version=expected_version(request), **values))

    def destroy(self, request: Request, pk: str) -> Response:
        clients.client_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)

    @extend_schema(request=RotationSerializer, responses=NewClientSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        wanted = RotationSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        overlap = timedelta(hours=max(-1, min(wanted.validated_data["overlap_hours"], 1000)))
        version = expected_version(request)
        return self._with_secret(*clients.client_rotate_secret(self.actor, pk, version=version, overlap=overlap))

    @extend_schema(request=None, responses=ClientSerializer)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, pk: str) -> Response:
        return self.answer(clients.client_disable(self.actor, pk, version=expected_version(request)))

    @extend_schema(request=None, responses=ClientSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, pk: str) -> Response:
        return self.answer(clients.client_enable(self.actor, pk, version=expected_version(request)))

    @extend_schema(responses=UseSerializer)
    @action(detail=True, methods=["get"])
    def use(self, request: Request, pk: str) -> Response:
        use = use_of(self.get_object())
        issued = [{"day": day, "tokens": tokens} for day, tokens in use.issued]
        figures = {"live_grants": use.live_grants, "people": use.people, "last_used_at": use.last_used_at}
        return Response({**figures, "issued": issued})

    def _with_secret(self, client: Application, secret: str, status: int = 200) -> Response:
        response = self.answer(client, status)
        response.data[SECRET] = secret or None
        response["Cache-Control"] = "no-store"
        response.shown_once = (SECRET,)  # type: ignore[attr-defined]
        return response
