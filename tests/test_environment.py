"""The environment: nothing needed in development, nothing weak accepted in production, no value ever printed."""

import base64
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from crm.core.environment import GROUPS, Environment, misspelt_names, read_environment
from crm.core.environment.refusals import refusals_by_name
from crm.core.environment.running import DEVELOPMENT_FERNET_KEY
from crm.core.environment.written import is_needed, told
from tests.environment_pages import PAGES
from tests.production import production_environment

ROOT = Path(__file__).resolve().parent.parent


def test_development_needs_nothing():
    assert read_environment({}).ENVIRONMENT == "development"


def test_a_complete_production_environment_is_accepted():
    assert read_environment(production_environment()).production


WEAK = {
    "SECRET_KEY": ["", "short", "a" * 64, "development-only-key-never-valid-in-production", "insecure" * 8],
    "SECRET_KEY_FALLBACKS": ["short"],
    "PLAINTEXT_HOSTS": ["*"],
    "OAUTH2_ENCRYPTION_KEY": ["", "tooshort"],
    "API_KEY_PEPPER": ["", "tooshort"],
    "SECRET_ENCRYPTION_KEY": ["", "not base64!", "c2hvcnQ=", "A" * 43 + "=", DEVELOPMENT_FERNET_KEY],
    "AUDIT_SIGNING_KEY": ["", "not base64!", "c2hvcnQ=", DEVELOPMENT_FERNET_KEY, "-----BEGIN PRIVATE KEY-----"],
    "TRUSTED_PROXIES": ["not-a-network"],
    "DATABASE_URL": [
        "",
        "sqlite:///var/vouch.sqlite3",
        *(
            f"postgres://vouch:{word}@db.example.com/crm_data"
            for word in ("postgres", "vouch", "Change-Me", "crm_data")
        ),
    ],
    "DATABASE_REPLICA_URL": ["sqlite:///x.sqlite3", "postgres://vouch:vouch@replica.example.com/crm_data"],
    "REDIS_URL": ["", "memcached://x", "redis://cache.example.com:6379/0"],
    "CELERY_BROKER_URL": ["redis://broker.example.com:6379/1", "amqp://rabbit.example.com"],
    "ALLOWED_HOSTS": ["", "*", "localhost", "crm.example.com,127.0.0.1"],
    "PUBLIC_URL": ["", "http://crm.example.com", "https://localhost"],
    "CORS_ALLOWED_ORIGINS": ["http://app.example.com", "https://app.example.com,https://localhost"],
    "EMAIL_URL": ["", "console://", "smtpd://mail.example.com", "smtp://mail.example.com:25"],
    "EXPORT_S3_ENDPOINT": ["http://objects.example.com"],
    "EXPORT_S3_SECRET_KEY": ["a-secret-of-nobody"],
    "AUDIT_SEAL_S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "AUDIT_SEAL_S3_SECRET_KEY": ["a-secret-of-nobody"],
    "S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "S3_SECRET_KEY": ["a-secret-of-nobody"],
    "BACKUP_S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "BACKUP_S3_SECRET_KEY": ["a-secret-of-nobody"],
    "BACKUP_ENCRYPTION_KEY": ["short", "a" * 64, "development-only-key-never-valid-in-production"],
    "BACKUP_DECRYPTION_KEY": ["short"],
    "BACKUP_SCRATCH_URL": ["sqlite:///scratch.sqlite3", "postgres://scratch:password@db.example.com/postgres"],
    "METRICS_TOKEN": ["short", "a" * 64],
    "CLAMAV_ADDRESS": ["clamav.example.com:3310", "http://clamav.example.com"],
    "HTTPS_ONLY": ["false"],
    "SECURE_COOKIES": ["no"],
    "DEBUG": ["true"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WEAK.items() for value in values])
def test_production_refuses_what_is_missing_default_weak_or_local_and_names_it_without_its_value(name, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_environment(production_environment(**{name: value}))
    assert name in str(refusal.value)
    assert len(value) < 8 or value not in str(refusal.value)


NEEDED = [name for name, field in Environment.model_fields.items() if is_needed(field)]


@pytest.mark.parametrize("name", NEEDED)
def test_production_refuses_each_needed_name_that_is_missing(name):
    given = production_environment()
    with pytest.raises(ImproperlyConfigured, match=f"production: {name}"):
        read_environment({other: value for other, value in given.items() if other != name})


def test_the_table_of_what_is_weak_is_complete():
    everything = refusals_by_name(read_environment(production_environment()))
    assert set(everything) | set(NEEDED) <= set(WEAK)


@pytest.mark.parametrize(
    "given",
    [
        {"REDIS_URL": "redis://127.0.0.1:6379/0", "EMAIL_URL": "smtp://localhost:25"},
        {"REDIS_URL": "unix:///run/redis/redis.sock?db=0"},
        {"REDIS_URL": "redis://cache:6379", "CELERY_BROKER_URL": "redis://broker", "PLAINTEXT_HOSTS": "cache,broker"},
        {"EMAIL_URL": "smtp://mail.example.com:587?tls=1", "CELERY_BROKER_URL": "amqps://rabbit.example.com"},
        {"DATABASE_URL": "postgres:///vouch?host=/run/postgresql"},
    ],
    ids=str,
)
def test_what_crosses_no_network_or_is_encrypted_is_taken(given):
    assert read_environment(production_environment(**given)).production


KEYS = ("SECRET_KEY", "OAUTH2_ENCRYPTION_KEY", "API_KEY_PEPPER", "SECRET_ENCRYPTION_KEY", "AUDIT_SIGNING_KEY")
PAIRS = [(first, second) for first in KEYS for second in KEYS if first < second]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_key_serves_two_purposes(first, second):
    raw = secrets.token_bytes(32)
    written = {"SECRET_ENCRYPTION_KEY": base64.urlsafe_b64encode(raw), "AUDIT_SIGNING_KEY": base64.b64encode(raw)}
    shared = {name: written.get(name, base64.b64encode(raw)).decode() for name in (first, second)}
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_environment(production_environment(**shared))
    assert first in str(refusal.value) and second in str(refusal.value)
    assert not [value for value in shared.values() if value in str(refusal.value)]


MISSPELT = {
    "MFA_REQIRED_FOR": "MFA_REQUIRED_FOR",
    "SECRET_KEY_FALLBACK": "SECRET_KEY_FALLBACKS",
    "SESSION_IDLE_MINUTE": "SESSION_IDLE_MINUTES",
    "TRUSTED_PROXYS": "TRUSTED_PROXIES",
    "API_KEY_PEPER_FILE": "API_KEY_PEPPER_FILE",
}
OF_OTHERS = (
    *("PATH", "HOME", "DATABASE_HOST", "REDIS_HOST", "REDIS_PORT", "REDIS_SERVICE_HOST", "POSTGRES_PASSWORD_FILE"),
    *(
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "SESSION_MANAGER",
        "TEST_REDIS_URL",
        "WEB_CONCURRENCY",
        "CREDENTIALS_DIRECTORY",
    ),
    *("KUBERNETES_SERVICE_HOST", "PUBLIC_IP", "LOG_FILE", "DEBUG_SQL", "DJANGO_SETTINGS_MODULE", "FORWARDED_ALLOW_IPS"),
)


@pytest.mark.parametrize(("given", "meant"), MISSPELT.items())
def test_a_name_that_is_misspelt_is_refused_in_production_and_a_warning_elsewhere(given, meant, monkeypatch):
    with pytest.raises(ImproperlyConfigured, match=f"{given}: is no name of ours; {meant} was meant"):
        read_environment(production_environment(**{given: "some-value"}))
    assert read_environment({given: "some-value"})
    monkeypatch.setenv(given, "some-value")
    assert [warning.id for warning in run_checks() if given in warning.msg and meant in warning.msg] == ["vouch.W001"]


def test_names_of_others_are_none_of_our_business():
    assert not misspelt_names(dict.fromkeys(OF_OTHERS, "x"))


def test_production_names_no_place_for_backups_without_a_key_to_encrypt_them():
    for place in ({"BACKUP_DIR": "/srv/backups"}, {"BACKUP_S3_BUCKET": "backups"}):
        with pytest.raises(ImproperlyConfigured, match="BACKUP_ENCRYPTION_KEY"):
            read_environment(production_environment(**place))
        key = "age1uex9j90m2rcqejxcpmqae6zcz92f0tgk68e765j0u4e336fuleyqmemx04"
        assert read_environment(production_environment(**place, BACKUP_ENCRYPTION_KEY=key)).production


def test_one_key_does_not_serve_for_signing_and_for_hashing():
    shared = production_environment()["SECRET_KEY"]
    with pytest.raises(ImproperlyConfigured, match="OAUTH2_ENCRYPTION_KEY"):
        read_environment(production_environment(SECRET_KEY=shared, OAUTH2_ENCRYPTION_KEY=shared))


def test_every_fault_is_named_at_once():
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_environment({"ENVIRONMENT": "production"})
    assert all(name in str(refusal.value) for name in ("SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "PUBLIC_URL"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("DB_POOL_SIZE", "many"),
        ("DB_POOL_SIZE", "-1"),
        ("OAUTH2_ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("DEBUG", "perhaps"),
        ("DEFAULT_CURRENCY", "euro"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "null"),
        ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com/path"),
    ],
)
def test_nonsense_aborts(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        read_environment({name: value})


@pytest.mark.parametrize("name", Environment.model_fields)
def test_every_name_can_come_from_a_mounted_file(name, tmp_path):
    given = {**production_environment(), "ENVIRONMENT": "testing", "LOG_FORMAT": "json", "DATA_DIR": "var"}
    secret = tmp_path / "secret"
    secret.write_text(f"{given.get(name, '')}\n")
    if name in given:
        assert read_environment({f"{name}_FILE": str(secret)}) == read_environment({name: given[name]})


def test_a_mounted_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        read_environment({"SECRET_KEY_FILE": str(tmp_path / "nowhere")})


@pytest.mark.once
@pytest.mark.parametrize("program", [["manage.py", "check"], ["-c", "import crm.wsgi"]])
def test_nothing_starts_in_an_unusable_environment(program):
    secret = "short-but-secret"
    environment = {"ENVIRONMENT": "production", "SECRET_KEY": secret, "DJANGO_SETTINGS_MODULE": "crm.settings"}
    ran = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode != 0 and "SECRET_KEY" in ran.stderr and secret not in ran.stderr + ran.stdout


@pytest.mark.parametrize("path", PAGES)
def test_the_page_and_the_example_say_what_the_settings_say(path):
    assert (ROOT / path).read_text() == PAGES[path](), "run: make environment"


def test_every_name_stands_in_one_group_that_is_listed():
    listed = [name for group in GROUPS for name in group.model_fields]
    assert sorted(listed) == sorted(Environment.model_fields)
    assert all(field.description and told(field) for field in Environment.model_fields.values())
