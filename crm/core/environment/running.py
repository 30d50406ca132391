"""What kind of installation this is, what protects it, and what it stands on."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import IPvAnyNetwork

from crm.core.environment.naming import CommaSeparated, Group, Origin, Splitting, name

DEVELOPMENT_KEY = "development-only-key-never-valid-in-production"
DEVELOPMENT_FERNET_KEY = DEVELOPMENT_SIGNING_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktbmV2ZXItdmFsaWQ="
REQUIRED = "required"


class Kind(Group):
    """Which kind of installation"""

    ENVIRONMENT: Literal["development", "testing", "production"] = name(
        "development", "what is refused, and what is on unless told otherwise", example="production"
    )
    DEBUG: bool = name(False, "`true` shows tracebacks in the browser", needed="refused")


class Keys(Group):
    """Keys

    `python manage.py generate_secrets` makes all of them; [Keys](keys.md) says how they are renewed. By hand: at least
    32 characters, at least 12 of them different, `python -c "import secrets; print(secrets.token_urlsafe(64))"`. No key
    serves two purposes.
    """

    SECRET_KEY: str = name(
        DEVELOPMENT_KEY,
        "protects sessions, password-reset links, forms",
        without="a key that everybody knows",
        needed=REQUIRED,
    )
    SECRET_KEY_FALLBACKS: CommaSeparated = name(
        [], "former secret keys, comma-separated, while old sessions live on", without="none"
    )
    OAUTH2_ENCRYPTION_KEY: CommaSeparated = name(
        [DEVELOPMENT_KEY],
        "the hashes of codes, tokens, client secrets and session keys; comma-separated, newest first",
        without="a key that everybody knows",
        needed=REQUIRED,
    )
    API_KEY_PEPPER: CommaSeparated = name(
        [DEVELOPMENT_KEY],
        "the hashes of API keys; comma-separated, newest first",
        without="a key that everybody knows",
        needed=REQUIRED,
    )
    AUDIT_SIGNING_KEY: CommaSeparated = name(
        [DEVELOPMENT_SIGNING_KEY],
        "the seals of the audit trail; Ed25519 as PEM (best as a file) or 32 bytes in base64, comma-separated, newest "
        "first, former ones stay to verify",
        without="a key that everybody knows",
        needed=REQUIRED,
    )
    SECRET_ENCRYPTION_KEY: CommaSeparated = name(
        [DEVELOPMENT_FERNET_KEY],
        "what must be read back: second-factor seeds, secrets of single sign-on; Fernet keys (32 bytes in URL-safe "
        "base64), comma-separated, newest first",
        without="a key that everybody knows",
        needed=REQUIRED,
    )


class Services(Group):
    """Services

    Plain `redis://` and `smtp://` are for this machine (loopback or a Unix socket); across hosts production asks for
    `rediss://`, `smtps://` or `?tls=1`, unless the host stands in `PLAINTEXT_HOSTS`.
    """

    DATABASE_URL: str = name(
        "",
        "the database",
        example="postgres://user:password@host:5432/name",
        without="SQLite in `DATA_DIR`",
        needed=f"{REQUIRED}; PostgreSQL, no password that everybody tries first",
    )
    DB_POOL_SIZE: int = name(
        0,
        "connections per process kept in a pool, up to 200",
        without="0: one lasting connection per thread",
        ge=0,
        le=200,
    )
    DB_POOL_MIN: int = name(1, "connections the pool keeps open", ge=0)
    DB_POOL_TIMEOUT: float = name(10, "seconds a request waits for a connection", gt=0)
    DATABASE_REPLICA_URL: str = name(
        "",
        "a streaming replica, for exports and reports ([PostgreSQL](database.md))",
        without="everything is read at the primary",
        needed="no password that everybody tries first",
        pattern=r"^(postgres(ql)?://.+)?$",
    )
    DATABASE_PGBOUNCER: bool = name(
        False, "`true` where PgBouncer in transaction mode is in between ([PostgreSQL](database.md))"
    )
    REDIS_URL: str = name(
        "",
        "cache and rate limits",
        example="rediss://:password@host:6379/0",
        without="a cache inside each process",
        needed=f"{REQUIRED}; encrypted across hosts",
    )
    CELERY_BROKER_URL: str = name(
        "",
        "hints for workers, not the cache's own Redis ([Jobs](jobs.md)); `amqp://…` works too",
        example="rediss://:password@host:6379/1",
        without="threads of the server process send mail and run the jobs",
        needed="encrypted across hosts",
    )
    EMAIL_URL: str = name(
        "console://",
        "who takes mail: `smtps://host:465`, `smtp://host:25?tls=1`",
        example="smtps://user:password@host:465",
        without="mail is printed",
        needed=f"{REQUIRED}; encrypted across hosts",
    )
    DEFAULT_FROM_EMAIL: str = name(
        "Vouch <vouch@localhost>", "whom mail comes from", example="Vouch <vouch@example.com>"
    )
    PLAINTEXT_HOSTS: CommaSeparated = name(
        [],
        "hosts that may be spoken to without encryption, since the network between is one of your own, such as the "
        "services of one Compose file",
        example="cache,broker",
        without="none",
    )
    DATA_DIR: Path = name(Path("var"), "where SQLite, uploads and collected static files lie", example="/srv/vouch")


class Addresses(Group):
    """Where people find it"""

    ALLOWED_HOSTS: CommaSeparated = name(
        ["localhost", "127.0.0.1", "[::1]"],
        "host names that are answered, comma-separated",
        example="crm.example.com",
        without="local names",
        needed=f"{REQUIRED}; no `*` and nothing local",
    )
    PUBLIC_URL: str = name(
        "http://127.0.0.1:8000",
        "the address in mails and the issuer of tokens",
        example="https://crm.example.com",
        needed=f"{REQUIRED}; `https://`, nothing local",
    )
    HTTPS_ONLY: bool | None = name(
        None,
        "pages are redirected to HTTPS, API calls over plain HTTP refused; HSTS for a year",
        without="on in production",
        needed="cannot be switched off",
    )
    SECURE_COOKIES: bool | None = name(
        None, "cookies over HTTPS alone", without="on in production", needed="cannot be switched off"
    )
    TRUSTED_PROXIES: Annotated[list[IPvAnyNetwork | Literal["unix"]], Splitting] = name(
        [],
        "networks, comma-separated, and `unix` for a proxy in front of a Unix socket: only these may say by "
        "`X-Forwarded-For` and `X-Forwarded-Proto` where a request came from",
        example="10.0.0.0/8,2001:db8::/32",
        without="nobody is believed",
    )
    CORS_ALLOWED_ORIGINS: Annotated[list[Origin], Splitting] = name(
        [],
        "comma-separated: scripts of these pages may call the API with a token, never with cookies",
        example="https://app.example.com",
        without="none",
        needed="`https://`, nothing local",
    )
