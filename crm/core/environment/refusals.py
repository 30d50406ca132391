"""What production does not start with, by the name of what is wrong."""

from typing import TYPE_CHECKING

from crm.core.environment import weakness

if TYPE_CHECKING:
    from crm.core.environment import Environment

RINGS: tuple[str, ...] = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "OAUTH2_ENCRYPTION_KEY",
    "API_KEY_PEPPER",
    "SECRET_ENCRYPTION_KEY",
)
RINGS += ("AUDIT_SIGNING_KEY", "BACKUP_ENCRYPTION_KEY", "BACKUP_DECRYPTION_KEY")
# A plain secret may both make and open backups; a secret key may stand among its own former ones.
SAME_PURPOSE = ({"BACKUP_ENCRYPTION_KEY", "BACKUP_DECRYPTION_KEY"}, {"SECRET_KEY", "SECRET_KEY_FALLBACKS"})
BUCKETS = ("AUDIT_SEAL_S3", "S3", "EXPORT_S3", "BACKUP_S3")


def refusals(env: "Environment") -> list[str]:
    return [name for name, is_refused in refusals_by_name(env).items() if is_refused] + _shared_keys(env)


def refusals_by_name(env: "Environment") -> dict[str, bool]:
    return {**_keys(env), **_buckets(env), **_services(env), **_addresses(env)}


def _keys(env: "Environment") -> dict[str, bool]:
    has_place = bool(env.BACKUP_DIR or env.BACKUP_S3_BUCKET)
    return {
        "SECRET_KEY": weakness.is_weak(env.SECRET_KEY),
        "SECRET_KEY_FALLBACKS": any(map(weakness.is_weak, env.SECRET_KEY_FALLBACKS)),
        "OAUTH2_ENCRYPTION_KEY": not env.OAUTH2_ENCRYPTION_KEY or any(map(weakness.is_weak, env.OAUTH2_ENCRYPTION_KEY)),
        "SECRET_ENCRYPTION_KEY": not env.SECRET_ENCRYPTION_KEY
        or any(map(weakness.is_weak_fernet_key, env.SECRET_ENCRYPTION_KEY)),
        "API_KEY_PEPPER": not env.API_KEY_PEPPER or any(map(weakness.is_weak, env.API_KEY_PEPPER)),
        "AUDIT_SIGNING_KEY": not env.AUDIT_SIGNING_KEY or any(map(weakness.is_weak_signing_key, env.AUDIT_SIGNING_KEY)),
        "BACKUP_ENCRYPTION_KEY": any(map(weakness.is_weak_backup_key, env.BACKUP_ENCRYPTION_KEY))
        or (has_place and not env.BACKUP_ENCRYPTION_KEY),
        "BACKUP_DECRYPTION_KEY": any(map(weakness.is_weak_backup_key, env.BACKUP_DECRYPTION_KEY)),
        "METRICS_TOKEN": bool(env.METRICS_TOKEN) and weakness.is_weak(env.METRICS_TOKEN),
    }


def _buckets(env: "Environment") -> dict[str, bool]:
    found = {}
    for word in BUCKETS:
        bucket = env.bucket(word)
        found[f"{word}_ENDPOINT"] = bool(bucket["endpoint"]) and weakness.is_plain_or_local(bucket["endpoint"])
        found[f"{word}_SECRET_KEY"] = bool(bucket["access_key"]) != bool(bucket["secret_key"])
    return found


def _services(env: "Environment") -> dict[str, bool]:
    own = env.PLAINTEXT_HOSTS
    return {
        "DATABASE_URL": not env.DATABASE_URL.startswith(("postgres://", "postgresql://"))
        or weakness.has_known_password(env.DATABASE_URL),
        "DATABASE_REPLICA_URL": weakness.has_known_password(env.DATABASE_REPLICA_URL),
        "BACKUP_SCRATCH_URL": weakness.has_known_password(env.BACKUP_SCRATCH_URL),
        "REDIS_URL": not env.REDIS_URL.startswith(("redis://", "rediss://", "unix://"))
        or weakness.is_plain_across_hosts(env.REDIS_URL, own),
        "CELERY_BROKER_URL": weakness.is_plain_across_hosts(env.CELERY_BROKER_URL, own),
        "EMAIL_URL": not env.EMAIL_URL.startswith(("smtp://", "smtps://"))
        or weakness.is_plain_across_hosts(env.EMAIL_URL, own),
        "PLAINTEXT_HOSTS": "*" in own,
    }


def _addresses(env: "Environment") -> dict[str, bool]:
    return {
        "ALLOWED_HOSTS": not env.ALLOWED_HOSTS or bool(weakness.LOCAL_HOSTS.intersection(env.ALLOWED_HOSTS)),
        "PUBLIC_URL": weakness.is_plain_or_local(env.PUBLIC_URL),
        "CORS_ALLOWED_ORIGINS": any(map(weakness.is_plain_or_local, env.CORS_ALLOWED_ORIGINS)),
        "HTTPS_ONLY": env.HTTPS_ONLY is False,
        "SECURE_COOKIES": env.SECURE_COOKIES is False,
        "DEBUG": env.DEBUG,
    }


def _shared_keys(env: "Environment") -> list[str]:
    """Whoever learns the key of one purpose would hold that of another."""
    first: dict[str | bytes, str] = {}
    shared = []
    for ring in RINGS:
        value = getattr(env, ring)
        for key in [value] if isinstance(value, str) else value:
            owner = first.setdefault(weakness.key_material(key), ring)
            if owner != ring and {owner, ring} not in SAME_PURPOSE:
                shared.append(f"{ring} (also in {owner})")
    return shared
