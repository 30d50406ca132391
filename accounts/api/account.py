"""One's own account in the API."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.profile import profile_update
from accounts.serializers import MeSerializer, ProfileSerializer, me_of
from crm.core.access import signed_in
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.api.viewsets import etag, expected_version
from crm.core.listing import refuse_unknown


class AccountView(APIView):
    schema = RecordSchema()
    parameters: ClassVar[set[str]] = set()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, self.parameters)


@signed_in("one's own account")
class MeView(AccountView):
    @extend_schema(responses=MeSerializer, operation_id="me_retrieve")
    def get(self, request: Request) -> Response:
        return self._answer(request, cast(User, request.user))

    @extend_schema(request=ProfileSerializer, responses=MeSerializer, operation_id="me_partial_update")
    def patch(self, request: Request) -> Response:
        serializer = ProfileSerializer(data=request.data, partial=True, context={"request": request})
        serializer.is_valid(raise_exception=True)
        actor = requesting_actor(request)
        user = profile_update(actor, version=expected_version(request), **serializer.validated_data)
        return self._answer(request, user)

    def _answer(self, request: Request, user: User) -> Response:
        return Response(me_of(user, requesting_actor(request)), headers={"ETag": etag(user)})
