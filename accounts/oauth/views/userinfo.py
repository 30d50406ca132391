"""Who the token speaks for."""

from django.http import HttpResponse

from accounts.models import User
from accounts.oauth.answers import answer, oauth_endpoint
from crm.core.access import public
from crm.core.requests import CrmRequest


@public("the bearer token is checked here, so that a refusal answers as RFC 6750 says")
@oauth_endpoint("GET")
def userinfo(request: CrmRequest) -> HttpResponse:
    actor, person = request.actor, request.user
    if actor.credential != "token" or not isinstance(person, User):
        return _refusal(presented="Authorization" in request.headers)
    teams = [{"id": str(one.team_id), "name": one.team.name} for one in person.memberships.select_related("team")]
    return answer(
        {
            "sub": str(person.pk),
            "email": person.email,
            "name": str(person),
            "role": actor.role,
            "teams": teams,
            "scopes": sorted(actor.grants),
        }
    )


def _refusal(presented: bool) -> HttpResponse:
    """A request without credentials gets no error code in its challenge (RFC 6750 §3.1)."""
    response = answer({"error": "invalid_token", "error_description": "Send a valid access token."}, 401)
    response["WWW-Authenticate"] = 'Bearer realm="vouch"' + (', error="invalid_token"' if presented else "")
    return response
