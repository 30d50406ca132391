"""Fresh secrets for an installation: a complete environment, and key pairs that OpenSSL reads."""

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crm.core.environment.refusals import RINGS as SECRET_NAMES
from crm.core.environment.written import environment_text
from crm.core.signing_keys import seed_of

PrivateKey = Ed25519PrivateKey | rsa.RSAPrivateKey
RSA_BITS = 3072
HEADER = """\
Whoever reads this file can read everything. Keep it out of version control, and keep a copy elsewhere:
without these keys a backup opens no second factor, session or token."""
MOUNTED = "/run/secrets"


def fresh_secrets(signing: Ed25519PrivateKey) -> dict[str, str]:
    """Every secret that production asks for (crm.core.environment)."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "OAUTH2_ENCRYPTION_KEY": secrets.token_urlsafe(48),
        "API_KEY_PEPPER": secrets.token_urlsafe(48),
        "SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "AUDIT_SIGNING_KEY": base64.b64encode(seed_of(signing)).decode(),
    }


def one_machine(host: str, recipient: str) -> dict[str, str]:
    """What an installation sets besides its keys when everything runs on one machine (docs/deployment.md)."""
    return {
        "DATABASE_URL": f"postgres://vouch:{secrets.token_urlsafe(24)}@127.0.0.1:5432/vouch",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "CELERY_BROKER_URL": "redis://127.0.0.1:6380/0",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "DEFAULT_FROM_EMAIL": f"vouch@{host}",
        "DATA_DIR": "/var/lib/vouch",
        "ALLOWED_HOSTS": host,
        "PUBLIC_URL": f"https://{host}",
        "TRUSTED_PROXIES": "127.0.0.1",
        "BACKUP_DIR": "/var/backups/vouch",
        "BACKUP_ENCRYPTION_KEY": recipient,
    }


def composed(host: str, recipient: str) -> dict[str, str]:
    """The same for compose.yaml, whose services call each other by name on a network that leads nowhere."""
    return {
        **one_machine(host, recipient),
        "DATABASE_URL": f"postgres://vouch:{secrets.token_urlsafe(24)}@database:5432/vouch",
        "REDIS_URL": "redis://cache:6379/0",
        "CELERY_BROKER_URL": "redis://broker:6379/0",
        "PLAINTEXT_HOSTS": "cache,broker",
        "EMAIL_URL": "",
        "TRUSTED_PROXIES": "172.30.1.0/24,172.30.2.0/24",
    }


LAYOUTS = {"machine": one_machine, "compose": composed}


def production_text(values: dict[str, str]) -> str:
    """An env file; what only the operator knows is left empty, with a word on each name."""
    return environment_text({"ENVIRONMENT": "production", **values}, HEADER)


def as_files(values: dict[str, str], folder: Path) -> tuple[dict[str, str], dict[Path, bytes]]:
    """Each secret as a file of `folder`, and `NAME_FILE` with the place where Docker mounts it instead."""
    secret = [name for name in values if name in {*SECRET_NAMES, "DATABASE_URL"}]
    files = {folder / name.lower(): values[name].encode() for name in secret}
    if url := values.get("DATABASE_URL"):
        files[folder / "database_password"] = unquote(urlsplit(url).password or "").encode()
    mounted = {f"{name}_FILE": f"{MOUNTED}/{name.lower()}" for name in secret}
    return {**{name: value for name, value in values.items() if name not in secret}, **mounted}, files


def key_files(signing: Ed25519PrivateKey) -> dict[str, bytes]:
    """File name → PEM: PKCS #8 without a password, and SubjectPublicKeyInfo. Ed25519 seals, RSA is for SAML."""
    pairs: dict[str, PrivateKey] = {
        "ed25519": signing,
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS),
    }
    return {file: pem for name, key in pairs.items() for file, pem in _pair(name, key).items()}


def _pair(name: str, key: PrivateKey) -> dict[str, bytes]:
    pem, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {f"{name}.pem": private, f"{name}.pub.pem": key.public_key().public_bytes(pem, form)}


def write_secret_files(contents: dict[Path, bytes]) -> None:
    """Readable for their owner alone. Raises FileExistsError, with nothing written, if one is there already."""
    for path in contents:
        if path.exists():
            raise FileExistsError(path)
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
