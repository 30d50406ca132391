"""The one act on another person's second factor that a script of an administrator's session may ask for."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.mfa.services import second_factor_reset
from accounts.reauthentication import ensure_fresh_sign_in
from crm.core.access import requires
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.listing import refuse_unknown
from crm.core.requests import CrmRequest


@requires("users:manage")
class ResetSecondFactorView(APIView):
    schema = RecordSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, set())

    @extend_schema(request=None, responses={204: None}, operation_id="users_reset_second_factor")
    def post(self, request: Request, pk: str) -> Response:
        """Removes every second factor of a person and ends their sessions and tokens. By a fresh session only."""
        ensure_fresh_sign_in(cast(CrmRequest, request._request))
        second_factor_reset(requesting_actor(request), pk)
        return Response(status=204)
