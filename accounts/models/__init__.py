from accounts.models.api_keys import ApiKey, ApiKeyUse
from accounts.models.clients import Application
from accounts.models.decoy_keys import DecoyKey
from accounts.models.doors import LoginDoor, LoginHistory
from accounts.models.factors import CodeFailure
from accounts.models.hand_over import HandOver
from accounts.models.invitations import Invitation
from accounts.models.oauth import AccessToken, DeviceGrant, Grant, IDToken, RefreshToken, TokenFamily
from accounts.models.passwords import PasswordHistory, PasswordPolicy
from accounts.models.people import User
from accounts.models.sessions import Session
from accounts.models.sso import SsoConnection
from accounts.models.teams import Membership, Role, Team

__all__ = [
    "AccessToken",
    "ApiKey",
    "ApiKeyUse",
    "Application",
    "CodeFailure",
    "DecoyKey",
    "DeviceGrant",
    "Grant",
    "HandOver",
    "IDToken",
    "Invitation",
    "LoginDoor",
    "LoginHistory",
    "Membership",
    "PasswordHistory",
    "PasswordPolicy",
    "RefreshToken",
    "Role",
    "Session",
    "SsoConnection",
    "Team",
    "TokenFamily",
    "User",
]
