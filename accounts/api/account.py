"""One's own account in the API, and signing out."""

from typing import Any, cast

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.oauth.bearer import token_for
from accounts.profile import everywhere_sign_out, family_sign_out, profile_update
from accounts.serializers import MeSerializer, ProfileSerializer, me_of
from auditlog.services import record
from crm.core.access import signed_in
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.api.viewsets import etag, expected_version
from crm.core.listing import refuse_unknown


class AccountView(APIView):
    schema = RecordSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, set())


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


@signed_in("ending one's own session")
class SignOutView(AccountView):
    @extend_schema(request=None, responses={204: None}, operation_id="auth_logout")
    def post(self, request: Request) -> Response:
        """Ends the session, or all that was granted with the presented token."""
        actor = requesting_actor(request)
        if actor.credential == "session":
            record(actor, "users.signed_out", request.user)
            logout(request._request)
        elif token := token_for(request.headers.get("Authorization", "")):
            family_sign_out(actor, token.family)
        return Response(status=204)


@signed_in("ending one's own sessions")
class SignOutEverywhereView(AccountView):
    @extend_schema(request=None, responses={204: None}, operation_id="auth_logout_all")
    def post(self, request: Request) -> Response:
        """Ends every session and every grant of the person, on all devices."""
        actor = requesting_actor(request)
        everywhere_sign_out(actor)
        if actor.credential == "session":
            logout(request._request)
        return Response(status=204)
