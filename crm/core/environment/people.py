"""Signing in, tokens, the trail of what happened, language and logs."""

from typing import Annotated, Literal

from pydantic import FilePath

from crm.core.environment.naming import HTTP_ENDPOINT, Group, NoneIfEmpty, name


class Unusual(Group):
    """Seeing what is unusual"""

    GEOIP_PATH: Annotated[FilePath | None, NoneIfEmpty] = name(
        None,
        "a MaxMind file of countries or cities, for the rules about new countries and impossible travel",
        example="/srv/geoip/GeoLite2-City.mmdb",
        without="rules go by networks, and nobody travels too fast",
    )


class SigningIn(Group):
    """Signing in"""

    LOGIN_FAILURE_LIMIT: int = name(5, "wrong passwords until the door is locked", ge=1, le=100)
    LOGIN_LOCKOUT_MINUTES: int = name(15, "how long it stays locked", ge=1, le=1440)
    MFA_REQUIRED_FOR: Literal["none", "admins", "all"] = name(
        "none", "who needs a second factor", example="admins", without="`admins` in production, else `none`"
    )
    SESSION_IDLE_MINUTES: int = name(
        30, "a browser session that is not used for so long is over, up to 1440", ge=1, le=1440
    )
    SESSION_ABSOLUTE_HOURS: int = name(
        12, "a browser session is over so long after the sign-in, used or not, up to 168", ge=1, le=168
    )
    RATE_LIMIT_ENABLED: bool = name(True, "`false` where a gateway in front limits requests")


class Tokens(Group):
    """Tokens"""

    OAUTH2_ACCESS_TOKEN_EXPIRE_MINUTES: int | None = name(
        None, "life of an access token, up to 1440", without="15 in production, else 60", ge=1, le=1440
    )
    OAUTH2_REFRESH_TOKEN_EXPIRE_DAYS: int | None = name(
        None, "life of a refresh token, up to 90", without="7 in production, else 30", ge=1, le=90
    )
    OAUTH2_DEFAULT_CLIENT_ID: str = name("crm_web_app", "the public client that the demo data register")


class Trail(Group):
    """Audit trail"""

    AUDIT_RETENTION_DAYS: int = name(365, "how long everyday events are kept", ge=1)
    AUDIT_SENSITIVE_RETENTION_DAYS: int = name(
        7 * 365 + 2, "how long events about access, deletion and exports are kept", without="2557 (seven years)", ge=1
    )
    AUDIT_SEAL_S3_BUCKET: str = name(
        "",
        "the bucket that each seal is published to ([Audit](audit.md))",
        without="seals are published to the log alone",
    )
    AUDIT_SEAL_S3_PREFIX: str = name("", "in front of each object's name, such as `vouch/`", without="none")
    AUDIT_SEAL_S3_ENDPOINT: str = name(
        "",
        "`https://objects.example.com`: of a store other than Amazon's",
        without="Amazon S3",
        needed="`https://`",
        pattern=HTTP_ENDPOINT,
    )
    AUDIT_SEAL_S3_REGION: str = name("", "such as `eu-central-1`", without="the one that the SDK finds")
    AUDIT_SEAL_S3_ACCESS_KEY: str = name("", "who writes there", without="the role of the machine")
    AUDIT_SEAL_S3_SECRET_KEY: str = name("", "its secret", without="none", needed="both or none")


class Place(Group):
    """Language, place and money"""

    TIME_ZONE: str = name("UTC", "of people who have not chosen theirs; moments are stored in UTC")
    EVENT_STREAM: bool = name(
        False,
        "whether a process of `crm.asgi` answers at `/notifications/stream/`, so that pages are told what is new "
        "([Notifications](notifications.md))",
    )
    DEFAULT_CURRENCY: str = name("EUR", "of new deals, three letters", pattern="^[A-Z]{3}$")
    DEFAULT_PHONE_REGION: str = name(
        "US", "reads phone numbers without a country code, two letters", pattern="^[A-Z]{2}$"
    )


class MailIntake(Group):
    """Mail that comes in

    [Mail intake](mail-intake.md) says how it is read.
    """

    MAILBOX_PRIVATE_HOSTS: bool = name(
        False,
        "`true` lets the IMAP servers of mailboxes be in a private network, on the loopback or link-local",
        without="the public internet alone",
    )
    MAILBOX_PROVED_WITHIN_HOURS: int = name(
        24,
        "how long ago a message was last proved to come through before health is `degraded`",
        ge=1,
        le=24 * 31,
    )
