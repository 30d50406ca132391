"""The applications a person granted access to: seen and ended by themselves, or by an administrator."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.oauth import grants
from accounts.oauth.serializers import GrantedListSerializer, GrantedSerializer
from crm.core.access import requires, signed_in
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown


class _GrantedView(APIView):
    schema = RecordSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, set())

    def _person(self, request: Request, user: str | None) -> User:
        """Raises NotFound."""
        if user is None:
            return cast(User, request.user)
        try:
            return User.objects.get(pk=user)
        except (User.DoesNotExist, ValidationError):
            raise NotFound() from None

    def _list(self, request: Request, user: str | None = None) -> Response:
        found = grants.granted_by(requesting_actor(request), self._person(request, user))
        return Response({"next": None, "previous": None, "results": GrantedSerializer(found, many=True).data})

    def _end_all(self, request: Request, user: str | None = None) -> Response:
        grants.grants_revoke_all(requesting_actor(request), self._person(request, user))
        return Response(status=204)

    def _end(self, request: Request, pk: str, user: str | None = None) -> Response:
        grants.grant_revoke(requesting_actor(request), self._person(request, user), pk)
        return Response(status=204)


@signed_in("what one granted oneself")
class MyApplicationsView(_GrantedView):
    @extend_schema(responses=GrantedListSerializer, operation_id="me_applications_list")
    def get(self, request: Request) -> Response:
        return self._list(request)

    @extend_schema(responses={204: None}, operation_id="me_applications_end_all")
    def delete(self, request: Request) -> Response:
        return self._end_all(request)


@signed_in("what one granted oneself")
class MyApplicationView(_GrantedView):
    @extend_schema(responses={204: None}, operation_id="me_applications_end")
    def delete(self, request: Request, pk: str) -> Response:
        return self._end(request, pk)


@signed_in("what one granted oneself")
class MyDeviceView(_GrantedView):
    @extend_schema(responses={204: None}, operation_id="me_applications_devices_end")
    def delete(self, request: Request, pk: str) -> Response:
        grants.grant_revoke_device(requesting_actor(request), self._person(request, None), pk)
        return Response(status=204)


@requires("users:manage")
class ApplicationsOfView(_GrantedView):
    @extend_schema(responses=GrantedListSerializer, operation_id="users_applications_list")
    def get(self, request: Request, user: str) -> Response:
        return self._list(request, user)

    @extend_schema(responses={204: None}, operation_id="users_applications_end_all")
    def delete(self, request: Request, user: str) -> Response:
        return self._end_all(request, user)


@requires("users:manage")
class ApplicationOfView(_GrantedView):
    @extend_schema(responses={204: None}, operation_id="users_applications_end")
    def delete(self, request: Request, user: str, pk: str) -> Response:
        return self._end(request, pk, user)
