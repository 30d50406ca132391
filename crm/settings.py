"""All settings, driven by crm.core.environment; nothing here reads the process environment by itself."""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from crm.core.api.enum_names import ENUM_NAMES
from crm.core.backup_settings import backup_settings
from crm.core.cache_settings import cache_settings
from crm.core.database_settings import database_settings
from crm.core.environment import read_environment
from crm.core.logs import logging_config
from crm.core.mail_settings import mail_settings
from crm.core.oauth_settings import oauth_settings
from crm.core.plain_http import NOT_REDIRECTED
from crm.core.seeing_settings import exporters, health_settings, seeing_settings, tracing_middleware

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = read_environment(os.environ)
PRODUCTION = ENV.production
DATA_DIR = BASE_DIR / ENV.DATA_DIR

SECRET_KEY = ENV.SECRET_KEY
SECRET_KEY_FALLBACKS = ENV.SECRET_KEY_FALLBACKS
DEBUG = ENV.DEBUG
ALLOWED_HOSTS = ENV.ALLOWED_HOSTS
PUBLIC_URL = ENV.PUBLIC_URL.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# crm.core.trusted_proxy alone reads what proxies say; every library is told that there is none.
TRUSTED_PROXIES = ENV.TRUSTED_PROXIES
ALLAUTH_TRUSTED_PROXY_COUNT = 0
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = None
SECRET_ENCRYPTION_KEY = ENV.SECRET_ENCRYPTION_KEY
API_KEY_PEPPER = ENV.API_KEY_PEPPER
RATE_LIMIT_ENABLED = ENV.RATE_LIMIT_ENABLED
RATE_LIMITS = {"anonymous": "60/min", "authenticated": "300/min", "admin": "1000/min", "bad_credentials": "5/min"}
RATE_LIMIT_ADMIN_ROLES = {"superadmin", "admin"}
# How long a decoy keeps its caller waiting; at most two of a process at a time (auditlog/honeypots/slowing.py).
HONEYPOT_DELAY_SECONDS = 0.0 if ENV.ENVIRONMENT == "testing" else 1.5
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
# Pages are told that they need not ask: a process of crm.asgi answers at /notifications/stream/.
EVENT_STREAM = ENV.EVENT_STREAM
SITE_ID = 1

INSTALLED_APPS = [
    "crm.core",
    "crm.outbox",
    "accounts",
    "auditlog",
    "crm.transfer",
    "crm.ops",
    "crm.mailroom",
    "crm.lists",
    "crm.bulk",
    "crm.notices",
    "customers",
    "deals",
    "crm.web",
    "crm.api",
    "crm.privacy",
    "crm.webhooks",
    "crm.capture",
    "crm.intake",
    "crm.compliance",
    "crm.ops.admin_app.OperatorsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "corsheaders",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "csp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "rest_framework",
    "template_partials",
    *exporters(ENV),
]

MIDDLEWARE = [
    "crm.core.trusted_proxy.TrustedProxyMiddleware",
    "crm.core.trace.TraceMiddleware",
    *tracing_middleware(ENV),
    "crm.core.metrics_middleware.MetricsMiddleware",
    "crm.core.logs.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.core.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crm.core.plain_http.PlainHttpMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.core.hostile_input.HostileInputMiddleware",
    "accounts.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.core.canaries.CanaryMiddleware",
    "crm.core.custom_fields.definitions.CustomFieldsMiddleware",
    "accounts.middleware.ActorMiddleware",
    "auditlog.honeypots.middleware.BanMiddleware",
    "auditlog.alerts.refusals.RefusalMiddleware",
    "crm.core.limits_middleware.RateLimitMiddleware",
    "crm.core.access.AccessMiddleware",
    "accounts.gates.GateMiddleware",
    "crm.api.idempotency.IdempotencyMiddleware",
    "crm.core.failures.FailureMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["crm.core.templatetags.vouch"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

(DATA_DIR / "static").mkdir(parents=True, exist_ok=True)
DATABASES, DATABASE_ROUTERS, DATABASE_IS_POOLED_OUTSIDE = database_settings(ENV, DATA_DIR)

REDIS_URL = ENV.REDIS_URL
CACHES = cache_settings(ENV.REDIS_URL)

# Without a broker, threads of the server process send and run the jobs (docs/jobs.md).
CELERY_BROKER_URL = ENV.CELERY_BROKER_URL

# People and passwords
AUTH_USER_MODEL = "accounts.User"
TEAM_MODEL = "accounts.Team"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
# The first writes; the others are recognised, and renewed when their owner signs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.passwords.validator.PolicyValidator"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.sso.adapter.SsoAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = SOCIALACCOUNT_AUTO_SIGNUP = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
# Its mail offers to sign up, which nobody can: people come by invitation.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "change_password": "accounts.signin.forms.ChangePasswordForm",
    "reset_password": "accounts.signin.forms.ResetPasswordForm",
}
# Passwords are counted by accounts.signin and crm.core.limits. `login_failed` limits second-factor codes and must stay.
# A limit by name on resets would let anybody keep a person from their link: too many are silently not sent instead.
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip", "change_password": None}
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
# For so long a password or factor counts as just given (accounts/reauthentication.py).
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=5).total_seconds())

LOGIN_FAILURE_LIMIT = ENV.LOGIN_FAILURE_LIMIT
# What must not hold up an answer runs in a thread or a worker; a test wants to see it done.
RUN_LATER_AT_ONCE = ENV.ENVIRONMENT == "testing"
LOGIN_LOCKOUT = timedelta(minutes=ENV.LOGIN_LOCKOUT_MINUTES)
# Without a word from the environment production asks administrators for a second factor, a demo does not.
MFA_REQUIRED_FOR = ENV.MFA_REQUIRED_FOR if "MFA_REQUIRED_FOR" in ENV.model_fields_set or not PRODUCTION else "admins"
MFA_ADAPTER = "accounts.mfa.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Also as a second factor: a challenge without it could be carried over to signing in without a password.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True

# Sessions and cookies
SECURE_COOKIES = ENV.SECURE_COOKIES if ENV.SECURE_COOKIES is not None else PRODUCTION
HTTPS_ONLY = ENV.HTTPS_ONLY if ENV.HTTPS_ONLY is not None else PRODUCTION
SESSION_ENGINE = "accounts.sessions.store"
SESSION_IDLE = timedelta(minutes=ENV.SESSION_IDLE_MINUTES)
SESSION_ABSOLUTE = timedelta(hours=ENV.SESSION_ABSOLUTE_HOURS)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
# Browsers take a cookie of such a name only over HTTPS and from this very host, so that no neighbour plants one.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    f"{'__Host-' if SECURE_COOKIES else ''}{name}" for name in ("sessionid", "csrftoken")
)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_FAILURE_VIEW = "crm.core.failures.csrf_failure"

# Transport and headers
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = NOT_REDIRECTED
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Audit: seals are signed with the first key, and how long a class of events is kept is written into its seals.
AUDIT_SIGNING_KEY = ENV.AUDIT_SIGNING_KEY
AUDIT_RETENTION = {
    "normal": timedelta(days=ENV.AUDIT_RETENTION_DAYS),
    "sensitive": timedelta(days=ENV.AUDIT_SENSITIVE_RETENTION_DAYS),
}
AUDIT_SEAL_S3 = ENV.bucket("AUDIT_SEAL_S3")

# Where an address is: a MaxMind file of countries or cities. Without one, rules go by networks.
GEOIP_PATH = ENV.GEOIP_PATH

# Scripts of other origins: those that are named, where tokens are used, and never with cookies.
CORS_ALLOWED_ORIGINS = ENV.CORS_ALLOWED_ORIGINS
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/(api/|mcp$|auth/(token|refresh|revoke|userinfo|challenge)$|(auth/)?\.well-known/)"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "mcp-method", "mcp-name",
    "mcp-protocol-version", "x-request-id",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "ETag", "Idempotency-Replayed", "Location", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
    "Retry-After", "WWW-Authenticate", "X-Request-ID",
]  # fmt: skip

# OAuth 2: authorization code with PKCE, opaque tokens kept as keyed hashes (docs/adr)
ACCESS_MINUTES = ENV.OAUTH2_ACCESS_TOKEN_EXPIRE_MINUTES or (15 if PRODUCTION else 60)
REFRESH_DAYS = ENV.OAUTH2_REFRESH_TOKEN_EXPIRE_DAYS or (7 if PRODUCTION else 30)
OAUTH2_ENCRYPTION_KEY = ENV.OAUTH2_ENCRYPTION_KEY
OAUTH2_DEFAULT_CLIENT_ID = ENV.OAUTH2_DEFAULT_CLIENT_ID
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "accounts.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "accounts.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "accounts.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "accounts.IDToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "accounts.DeviceGrant"
OAUTH2_FAMILY_LIFETIME = timedelta(days=90)
OAUTH2_PROVIDER = oauth_settings(ACCESS_MINUTES, REFRESH_DAYS, PUBLIC_URL)

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.core.api.authentication.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["crm.core.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.core.api.parsing.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["crm.core.api.listing.RecordFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "crm.core.api.listing.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crm.core.api.failures.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 0,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "crm.core.api.negotiation.JSONOnly",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vouch API",
    "DESCRIPTION": "Customers, contacts, leads and deals, with one permission vocabulary for people and programs.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.core.api.schema.add_error_components",
        "crm.core.api.schema.one_address_each",
    ],
}

# Language, time, money
LANGUAGE_CODE = "en"
TIME_ZONE = ENV.TIME_ZONE
USE_TZ = True
FORMAT_MODULE_PATH = "crm.core.date_formats"
DEFAULT_CURRENCY = ENV.DEFAULT_CURRENCY
DEFAULT_PHONE_REGION = ENV.DEFAULT_PHONE_REGION
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = ENV.MEDIA_ROOT or DATA_DIR / "media"
S3 = ENV.bucket("S3")
DOCUMENT_LARGEST_BYTES, DOCUMENT_MOST_PIXELS = ENV.DOCUMENT_LARGEST_MB * 1_000_000, 100_000_000
DOCUMENT_MOST_PER_RECORD, DOCUMENT_MOST_VERSIONS = ENV.DOCUMENT_MOST_PER_RECORD, 100
# How long a deleted document can be brought back, and how long a link to a file in the bucket is good.
DOCUMENT_UNDO, DOCUMENT_LINK_SECONDS = timedelta(days=ENV.DOCUMENT_UNDO_DAYS), 60
# Where scheduled exports may be delivered, beside a link by e-mail.
EXPORT_S3, EXPORT_SFTP, EXPORT_PRIVATE_HOSTS = ENV.bucket("EXPORT_S3"), ENV.sftp(), ENV.EXPORT_PRIVATE_HOSTS
(BACKUP_S3, BACKUP_DIR, BACKUP_IS_SET, BACKUP_ENCRYPTION_KEY, BACKUP_DECRYPTION_KEY, BACKUP_SCRATCH_URL,
 BACKUP_POSTGRES_BIN, BACKUP_WAL_DIR, BACKUP_VERIFIED_WITHIN) = backup_settings(ENV, DATA_DIR)  # fmt: skip
CLAMAV_ADDRESS = ENV.CLAMAV_ADDRESS
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": {"BACKEND": "crm.core.object_storage.BucketStorage", "OPTIONS": S3}
    if S3["bucket"]
    else {"BACKEND": "crm.core.folder_storage.FolderStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Mail, logs and figures
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.DEFAULT_FROM_EMAIL
MAILBOX_PRIVATE_HOSTS, MAILBOX_PROVED_WITHIN_HOURS = ENV.MAILBOX_PRIVATE_HOSTS, ENV.MAILBOX_PROVED_WITHIN_HOURS
globals().update(mail_settings(ENV.EMAIL_URL))
(METRICS_TOKEN, METRICS_DIR, METRICS_FIGURES_SECONDS, SQL_COMMENTS, SLOW_QUERY_SECONDS, SENTRY_DSN, SENTRY_SAMPLE_RATE,
 OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SAMPLE_RATE) = seeing_settings(ENV, DATA_DIR)  # fmt: skip
(HEALTH_LONGEST_WAIT, HEALTH_LONGEST_QUEUE, HEALTH_SLOWEST_REDIS_MS, HEALTH_MOST_POOL_WAITING,
 HEALTH_LEAST_HIT_RATIO) = health_settings(ENV)  # fmt: skip
LOGGING = logging_config(ENV.LOG_LEVEL, ENV.LOG_FORMAT or ("json" if PRODUCTION else "text"))
