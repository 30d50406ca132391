"""The process environment as one typed, validated object; every name is documented in docs/environment.md."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    DirectoryPath,
    Field,
    FilePath,
    IPvAnyNetwork,
    StringConstraints,
    ValidationError,
    model_validator,
)

from crm.core.signing_keys import load_signing_key, seed_of

DEVELOPMENT_KEY = "development-only-key-never-valid-in-production"
DEVELOPMENT_FERNET_KEY = DEVELOPMENT_SIGNING_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktbmV2ZXItdmFsaWQ="
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "[::1]", "*", "testserver", ""}
SHORTEST_SECRET = 32
FEWEST_DISTINCT_CHARACTERS = 12


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    return value or None


Origin = Annotated[str, StringConstraints(to_lower=True, pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
CommaSeparated = Annotated[list[str], BeforeValidator(_split)]


class Environment(BaseModel):
    """What the outside may set. Development needs none of it; production refuses defaults and weak values."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    ENVIRONMENT: Literal["development", "testing", "production"] = "development"
    DEBUG: bool = False
    SECRET_KEY: str = DEVELOPMENT_KEY
    SECRET_KEY_FALLBACKS: CommaSeparated = []
    DATABASE_URL: str = ""
    DB_POOL_SIZE: int = Field(0, ge=0, le=200)
    DB_POOL_MIN: int = Field(1, ge=0)
    DB_POOL_TIMEOUT: float = Field(10, gt=0)
    DATABASE_REPLICA_URL: str = Field("", pattern=r"^(postgres(ql)?://.+)?$")
    DATABASE_PGBOUNCER: bool = False
    REDIS_URL: str = ""
    CELERY_BROKER_URL: str = ""
    ALLOWED_HOSTS: CommaSeparated = ["localhost", "127.0.0.1", "[::1]"]
    PUBLIC_URL: str = "http://127.0.0.1:8000"
    HTTPS_ONLY: bool | None = None
    SECURE_COOKIES: bool | None = None
    TRUSTED_PROXIES: Annotated[list[IPvAnyNetwork | Literal["unix"]], BeforeValidator(_split)] = []
    CORS_ALLOWED_ORIGINS: Annotated[list[Origin], BeforeValidator(_split)] = []
    SECRET_ENCRYPTION_KEY: CommaSeparated = [DEVELOPMENT_FERNET_KEY]
    API_KEY_PEPPER: CommaSeparated = [DEVELOPMENT_KEY]
    OAUTH2_ENCRYPTION_KEY: CommaSeparated = [DEVELOPMENT_KEY]
    AUDIT_SIGNING_KEY: CommaSeparated = [DEVELOPMENT_SIGNING_KEY]
    AUDIT_RETENTION_DAYS: int = Field(365, ge=1)
    AUDIT_SENSITIVE_RETENTION_DAYS: int = Field(7 * 365 + 2, ge=1)
    AUDIT_SEAL_S3_BUCKET: str = ""
    AUDIT_SEAL_S3_PREFIX: str = ""
    AUDIT_SEAL_S3_ENDPOINT: str = Field("", pattern=r"^(https?://[^\s/?#]+)?$")
    AUDIT_SEAL_S3_REGION: str = ""
    AUDIT_SEAL_S3_ACCESS_KEY: str = ""
    AUDIT_SEAL_S3_SECRET_KEY: str = ""
    GEOIP_PATH: Annotated[FilePath | None, BeforeValidator(_none_if_empty)] = None
    OAUTH2_ACCESS_TOKEN_EXPIRE_MINUTES: int | None = Field(None, ge=1, le=1440)
    OAUTH2_REFRESH_TOKEN_EXPIRE_DAYS: int | None = Field(None, ge=1, le=90)
    OAUTH2_DEFAULT_CLIENT_ID: str = "crm_web_app"
    LOGIN_FAILURE_LIMIT: int = Field(5, ge=1, le=100)
    LOGIN_LOCKOUT_MINUTES: int = Field(15, ge=1, le=1440)
    SESSION_IDLE_MINUTES: int = Field(30, ge=1, le=1440)
    SESSION_ABSOLUTE_HOURS: int = Field(12, ge=1, le=168)
    MFA_REQUIRED_FOR: Literal["none", "admins", "all"] = "none"
    RATE_LIMIT_ENABLED: bool = True
    EMAIL_URL: str = "console://"
    DEFAULT_FROM_EMAIL: str = "Vouch <vouch@localhost>"
    MAILBOX_PRIVATE_HOSTS: bool = False
    MAILBOX_PROVED_WITHIN_HOURS: int = Field(24, ge=1, le=24 * 31)
    DATA_DIR: Path = Path("var")
    MEDIA_ROOT: Annotated[Path | None, BeforeValidator(_none_if_empty)] = None
    S3_BUCKET: str = ""
    S3_PREFIX: str = ""
    S3_ENDPOINT: str = Field("", pattern=r"^(https?://[^\s/?#]+)?$")
    S3_REGION: str = ""
    S3_ACCESS_KEY: str = ""
    S3_SECRET_KEY: str = ""
    EXPORT_S3_BUCKET: str = ""
    EXPORT_S3_PREFIX: str = ""
    EXPORT_S3_ENDPOINT: str = Field("", pattern=r"^(https?://[^\s/?#]+)?$")
    EXPORT_S3_REGION: str = ""
    EXPORT_S3_ACCESS_KEY: str = ""
    EXPORT_S3_SECRET_KEY: str = ""
    EXPORT_SFTP_HOST: str = Field("", pattern=r"^[A-Za-z0-9.:-]*$")
    EXPORT_SFTP_PORT: int = Field(22, ge=1, le=65535)
    EXPORT_SFTP_USER: str = ""
    EXPORT_SFTP_PASSWORD: str = ""
    EXPORT_SFTP_PRIVATE_KEY: str = ""
    EXPORT_SFTP_HOST_KEY: str = Field("", pattern=r"^((ssh-ed25519|ecdsa-sha2-\S+|ssh-rsa) [A-Za-z0-9+/=]+( .*)?)?$")
    EXPORT_SFTP_FOLDER: str = ""
    EXPORT_PRIVATE_HOSTS: bool = False
    DOCUMENT_LARGEST_MB: int = Field(25, ge=1, le=45)
    DOCUMENT_MOST_PER_RECORD: int = Field(500, ge=1, le=10_000)
    DOCUMENT_UNDO_DAYS: int = Field(30, ge=1, le=365)
    CLAMAV_ADDRESS: str = Field("", pattern=r"^((tcp://[^\s/:]+:[0-9]{1,5})|(unix:/[^\s]+))?$")
    EVENT_STREAM: bool = False
    BACKUP_DIR: Annotated[Path | None, BeforeValidator(_none_if_empty)] = None
    BACKUP_S3_BUCKET: str = ""
    BACKUP_S3_PREFIX: str = ""
    BACKUP_S3_ENDPOINT: str = Field("", pattern=r"^(https?://[^\s/?#]+)?$")
    BACKUP_S3_REGION: str = ""
    BACKUP_S3_ACCESS_KEY: str = ""
    BACKUP_S3_SECRET_KEY: str = ""
    BACKUP_ENCRYPTION_KEY: CommaSeparated = []
    BACKUP_DECRYPTION_KEY: CommaSeparated = []
    BACKUP_SCRATCH_URL: str = Field("", pattern=r"^(postgres(ql)?://.+)?$")
    BACKUP_POSTGRES_BIN: Annotated[DirectoryPath | None, BeforeValidator(_none_if_empty)] = None
    BACKUP_WAL_DIR: Annotated[Path | None, BeforeValidator(_none_if_empty)] = None
    BACKUP_VERIFIED_WITHIN_HOURS: int = Field(8 * 24, ge=1, le=366 * 24)
    DEFAULT_CURRENCY: str = Field("EUR", pattern="^[A-Z]{3}$")
    DEFAULT_PHONE_REGION: str = Field("US", pattern="^[A-Z]{2}$")
    TIME_ZONE: str = "UTC"
    METRICS_TOKEN: str = ""
    METRICS_DIR: Annotated[Path | None, BeforeValidator(_none_if_empty)] = None
    METRICS_FIGURES_SECONDS: int = Field(15, ge=1, le=3600)
    SQL_COMMENTS: bool = False
    SLOW_QUERY_MS: int = Field(200, ge=0)
    SENTRY_DSN: str = Field("", pattern=r"^(https?://[^\s/@]+@[^\s]+)?$")
    SENTRY_SAMPLE_RATE: float = Field(1.0, ge=0, le=1)
    OTEL_EXPORTER_OTLP_ENDPOINT: str = Field("", pattern=r"^(https?://[^\s?#]+)?$")
    OTEL_SAMPLE_RATE: float = Field(0.05, ge=0, le=1)
    HEALTH_LONGEST_WAIT_SECONDS: int = Field(300, ge=1)
    HEALTH_LONGEST_QUEUE: int = Field(10_000, ge=1)
    HEALTH_SLOWEST_REDIS_MS: int = Field(100, ge=1)
    HEALTH_MOST_POOL_WAITING: int = Field(0, ge=0)
    HEALTH_LEAST_HIT_RATIO: float = Field(0.0, ge=0, le=1)
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    LOG_FORMAT: Literal["json", "text"] | None = None

    @property
    def production(self) -> bool:
        return self.ENVIRONMENT == "production"

    def bucket(self, word: str) -> dict[str, str]:
        """`S3` → what `S3_BUCKET`, `S3_PREFIX` … say, by their names in lower case."""
        names = ("bucket", "prefix", "endpoint", "region", "access_key", "secret_key")
        return {name: getattr(self, f"{word}_{name.upper()}") for name in names}

    def sftp(self) -> dict[str, str | int]:
        """What `EXPORT_SFTP_HOST`, `EXPORT_SFTP_PORT` … say, by their names in lower case."""
        names = ("host", "port", "user", "password", "private_key", "host_key", "folder")
        return {name: getattr(self, f"EXPORT_SFTP_{name.upper()}") for name in names}

    @model_validator(mode="after")
    def sftp_is_whole(self) -> Self:
        """A server whose key nobody pinned would be any server."""
        needed = {"EXPORT_SFTP_USER": self.EXPORT_SFTP_USER, "EXPORT_SFTP_HOST_KEY": self.EXPORT_SFTP_HOST_KEY}
        needed["EXPORT_SFTP_PRIVATE_KEY"] = self.EXPORT_SFTP_PRIVATE_KEY or self.EXPORT_SFTP_PASSWORD
        if missing := [name for name, value in needed.items() if self.EXPORT_SFTP_HOST and not value]:
            raise ValueError(f"EXPORT_SFTP_HOST needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def production_refuses_what_is_weak(self) -> Self:
        weak = [name for name, refused in self._refusals().items() if refused] if self.production else []
        if weak:
            raise ValueError(f"missing, default, weak or local in production: {', '.join(weak)}")
        return self

    def _refusals(self) -> dict[str, bool]:
        return {
            "SECRET_KEY": is_weak(self.SECRET_KEY),
            "SECRET_KEY_FALLBACKS": any(map(is_weak, self.SECRET_KEY_FALLBACKS)),
            "OAUTH2_ENCRYPTION_KEY": not self.OAUTH2_ENCRYPTION_KEY
            or any(map(is_weak, self.OAUTH2_ENCRYPTION_KEY))
            or self.SECRET_KEY in self.OAUTH2_ENCRYPTION_KEY,
            "SECRET_ENCRYPTION_KEY": not self.SECRET_ENCRYPTION_KEY
            or any(map(is_weak_fernet_key, self.SECRET_ENCRYPTION_KEY)),
            "API_KEY_PEPPER": not self.API_KEY_PEPPER
            or any(map(is_weak, self.API_KEY_PEPPER))
            or bool({self.SECRET_KEY, *self.OAUTH2_ENCRYPTION_KEY}.intersection(self.API_KEY_PEPPER)),
            "AUDIT_SIGNING_KEY": not self.AUDIT_SIGNING_KEY or any(map(is_weak_signing_key, self.AUDIT_SIGNING_KEY)),
            "AUDIT_SEAL_S3_ENDPOINT": bool(self.AUDIT_SEAL_S3_ENDPOINT)
            and is_plain_or_local(self.AUDIT_SEAL_S3_ENDPOINT),
            "AUDIT_SEAL_S3_SECRET_KEY": bool(self.AUDIT_SEAL_S3_ACCESS_KEY) != bool(self.AUDIT_SEAL_S3_SECRET_KEY),
            "S3_ENDPOINT": bool(self.S3_ENDPOINT) and is_plain_or_local(self.S3_ENDPOINT),
            "S3_SECRET_KEY": bool(self.S3_ACCESS_KEY) != bool(self.S3_SECRET_KEY),
            "EXPORT_S3_ENDPOINT": bool(self.EXPORT_S3_ENDPOINT) and is_plain_or_local(self.EXPORT_S3_ENDPOINT),
            "EXPORT_S3_SECRET_KEY": bool(self.EXPORT_S3_ACCESS_KEY) != bool(self.EXPORT_S3_SECRET_KEY),
            "BACKUP_S3_ENDPOINT": bool(self.BACKUP_S3_ENDPOINT) and is_plain_or_local(self.BACKUP_S3_ENDPOINT),
            "BACKUP_S3_SECRET_KEY": bool(self.BACKUP_S3_ACCESS_KEY) != bool(self.BACKUP_S3_SECRET_KEY),
            "BACKUP_ENCRYPTION_KEY": any(map(is_weak_backup_key, self.BACKUP_ENCRYPTION_KEY))
            or (bool(self.BACKUP_DIR or self.BACKUP_S3_BUCKET) and not self.BACKUP_ENCRYPTION_KEY),
            "BACKUP_DECRYPTION_KEY": any(map(is_weak_backup_key, self.BACKUP_DECRYPTION_KEY)),
            "METRICS_TOKEN": bool(self.METRICS_TOKEN) and is_weak(self.METRICS_TOKEN),
            "DATABASE_URL": not self.DATABASE_URL.startswith(("postgres://", "postgresql://")),
            "REDIS_URL": not self.REDIS_URL.startswith(("redis://", "rediss://", "unix://")),
            "ALLOWED_HOSTS": not self.ALLOWED_HOSTS or bool(LOCAL_HOSTS.intersection(self.ALLOWED_HOSTS)),
            "PUBLIC_URL": is_plain_or_local(self.PUBLIC_URL),
            "CORS_ALLOWED_ORIGINS": any(map(is_plain_or_local, self.CORS_ALLOWED_ORIGINS)),
            "EMAIL_URL": not self.EMAIL_URL.startswith(("smtp", "smtps")),
            "HTTPS_ONLY": self.HTTPS_ONLY is False,
            "SECURE_COOKIES": self.SECURE_COOKIES is False,
            "DEBUG": self.DEBUG,
        }


def is_plain_or_local(url: str) -> bool:
    return not url.startswith("https://") or (urlsplit(url).hostname or "") in LOCAL_HOSTS


def is_weak(secret: str) -> bool:
    """Short, repetitive, or one of ours that everybody can read."""
    too_plain = len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DISTINCT_CHARACTERS
    return too_plain or "development-only" in secret or "insecure" in secret


def is_weak_backup_key(key: str) -> bool:
    """age's own keys are as long as they have to be; whatever else stands there is a secret like the others."""
    return not key.startswith(("age1", "AGE-SECRET-KEY-1")) and is_weak(key)


def is_weak_fernet_key(key: str) -> bool:
    """Not 32 bytes in URL-safe base64, repetitive, or the one of development."""
    try:
        decoded = base64.urlsafe_b64decode(key)
    except ValueError:
        return True
    return len(decoded) != 32 or is_plain(decoded)


def is_weak_signing_key(text: str) -> bool:
    """Not an Ed25519 key, repetitive, or the one of development."""
    try:
        return is_plain(seed_of(load_signing_key(text)))
    except ValueError:
        return True


def is_plain(key: bytes) -> bool:
    return len(set(key)) < FEWEST_DISTINCT_CHARACTERS or b"development-only" in key


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Every name may come as `NAME` or as `NAME_FILE` (a mounted secret).

    Raises ImproperlyConfigured that names every wrong variable at once and prints no value.
    """
    try:
        return Environment.model_validate(_collect(environ))
    except ValidationError as invalid:
        faults = [f"{'.'.join(map(str, error['loc'])) or 'ENVIRONMENT'}: {error['msg']}" for error in invalid.errors()]
        raise ImproperlyConfigured("The environment is not usable.\n  " + "\n  ".join(faults)) from None


def _collect(environ: Mapping[str, str]) -> dict[str, str]:
    values = {name: environ[name] for name in Environment.model_fields if environ.get(name)}
    for name in Environment.model_fields:
        if path := environ.get(f"{name}_FILE"):
            values[name] = _read_secret(name, path)
    return values


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None
