"""REST resources of this app."""

from typing import Any

from django.urls import URLPattern, re_path

from accounts.api.account import MeView
from accounts.api.applications import (
    ApplicationOfView,
    ApplicationsOfView,
    MyApplicationsView,
    MyApplicationView,
    MyDeviceView,
)
from accounts.api.clients import ClientViewSet
from accounts.api.people import UserViewSet
from accounts.api.roles import RoleViewSet
from accounts.api.second_factor import ResetSecondFactorView
from accounts.api.sessions import SessionViewSet, SignOutEverywhereView, SignOutView
from accounts.api.teams import MemberViewSet, TeamViewSet
from accounts.apikeys.api import ApiKeyViewSet, LeakedKeyView
from accounts.invitations.api import InvitationViewSet
from accounts.passwords.api import PasswordPolicyViewSet

RESOURCES: dict[str, type[Any]] = {
    "users": UserViewSet,
    "teams": TeamViewSet,
    "roles": RoleViewSet,
    "oauth-clients": ClientViewSet,
    "sessions": SessionViewSet,
    "invitations": InvitationViewSet,
    "api-keys": ApiKeyViewSet,
}

MEMBERS: dict[str, Any] = {"get": "members", "post": "add"}

ADDRESSES: list[URLPattern] = [
    re_path(r"^me/?$", MeView.as_view(), name="me"),
    re_path(r"^me/applications/?$", MyApplicationsView.as_view(), name="my_applications"),
    re_path(r"^me/applications/(?P<pk>[^/.]+)/?$", MyApplicationView.as_view(), name="my_application"),
    re_path(r"^me/applications/devices/(?P<pk>[^/.]+)/?$", MyDeviceView.as_view(), name="my_application_device"),
    re_path(r"^users/(?P<user>[^/.]+)/applications/?$", ApplicationsOfView.as_view(), name="applications_of"),
    re_path(
        r"^users/(?P<user>[^/.]+)/applications/(?P<pk>[^/.]+)/?$", ApplicationOfView.as_view(), name="application_of"
    ),
    re_path(r"^auth/logout/?$", SignOutView.as_view(), name="logout"),
    re_path(r"^auth/logout-all/?$", SignOutEverywhereView.as_view(), name="logout_all"),
    re_path(
        r"^users/(?P<pk>[^/.]+)/reset-second-factor/?$", ResetSecondFactorView.as_view(), name="reset_second_factor"
    ),
    re_path(
        r"^settings/password-policy/?$",
        PasswordPolicyViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="password_policy",
    ),
    re_path(r"^api-keys/leaked/?$", LeakedKeyView.as_view(), name="api_keys_leaked"),
    re_path(r"^teams/(?P<pk>[^/.]+)/members/?$", MemberViewSet.as_view(MEMBERS), name="team-members"),
    re_path(
        r"^teams/(?P<pk>[^/.]+)/members/(?P<user>[^/.]+)/?$",
        MemberViewSet.as_view({"delete": "remove"}),
        name="team-member",
    ),
]
