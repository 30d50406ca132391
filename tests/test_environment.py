"""The environment: nothing needed in development, nothing weak accepted in production, no value ever printed."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm.core.environment import DEVELOPMENT_FERNET_KEY, Environment, read_environment
from tests.production import production_environment

ROOT = Path(__file__).resolve().parent.parent


def test_development_needs_nothing():
    assert read_environment({}).ENVIRONMENT == "development"


def test_a_complete_production_environment_is_accepted():
    assert read_environment(production_environment()).production


WEAK = {
    "SECRET_KEY": ["", "short", "a" * 64, "development-only-key-never-valid-in-production", "insecure" * 8],
    "SECRET_KEY_FALLBACKS": ["short"],
    "OAUTH2_ENCRYPTION_KEY": ["", "tooshort"],
    "API_KEY_PEPPER": ["", "tooshort"],
    "SECRET_ENCRYPTION_KEY": ["", "not base64!", "c2hvcnQ=", "A" * 43 + "=", DEVELOPMENT_FERNET_KEY],
    "AUDIT_SIGNING_KEY": ["", "not base64!", "c2hvcnQ=", DEVELOPMENT_FERNET_KEY, "-----BEGIN PRIVATE KEY-----"],
    "TRUSTED_PROXIES": ["not-a-network"],
    "DATABASE_URL": ["", "sqlite:///var/vouch.sqlite3"],
    "REDIS_URL": ["", "memcached://x"],
    "ALLOWED_HOSTS": ["", "*", "localhost", "crm.example.com,127.0.0.1"],
    "PUBLIC_URL": ["", "http://crm.example.com", "https://localhost"],
    "CORS_ALLOWED_ORIGINS": ["http://app.example.com", "https://app.example.com,https://localhost"],
    "EMAIL_URL": ["", "console://"],
    "AUDIT_SEAL_S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "AUDIT_SEAL_S3_SECRET_KEY": ["a-secret-of-nobody"],
    "S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "S3_SECRET_KEY": ["a-secret-of-nobody"],
    "BACKUP_S3_ENDPOINT": ["http://objects.example.com", "https://localhost", "objects.example.com"],
    "BACKUP_S3_SECRET_KEY": ["a-secret-of-nobody"],
    "BACKUP_ENCRYPTION_KEY": ["short", "a" * 64, "development-only-key-never-valid-in-production"],
    "BACKUP_DECRYPTION_KEY": ["short"],
    "BACKUP_SCRATCH_URL": ["sqlite:///scratch.sqlite3"],
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


@pytest.mark.parametrize("document", [".env.example", "docs/environment.md"])
def test_every_name_is_documented(document):
    text = (ROOT / document).read_text()
    assert not [name for name in Environment.model_fields if name not in text]
