"""Fresh secrets for an installation: a complete environment, and key pairs that OpenSSL reads."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crm.core.signing_keys import seed_of

PrivateKey = Ed25519PrivateKey | rsa.RSAPrivateKey
RSA_BITS = 3072
TO_FILL_IN = {
    "ALLOWED_HOSTS": "crm.example.com",
    "PUBLIC_URL": "https://crm.example.com",
    "DATABASE_URL": "postgres://vouch:PASSWORD@HOST:5432/vouch",
    "REDIS_URL": "rediss://HOST:6379/0",
    "EMAIL_URL": "smtps://USER:PASSWORD@HOST:465",
    "DEFAULT_FROM_EMAIL": "Vouch <vouch@example.com>",
    "TRUSTED_PROXIES": "10.0.0.0/8",
}


def fresh_secrets(signing: Ed25519PrivateKey) -> dict[str, str]:
    """Every secret that production asks for (crm.core.environment)."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "OAUTH2_ENCRYPTION_KEY": secrets.token_urlsafe(48),
        "API_KEY_PEPPER": secrets.token_urlsafe(48),
        "SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "AUDIT_SIGNING_KEY": base64.b64encode(seed_of(signing)).decode(),
    }


def environment_text(values: dict[str, str]) -> str:
    """An env file as Docker and systemd read it; what only the operator knows is left empty, with an example."""
    return "\n".join(
        [
            "# Whoever reads this file can read everything. Keep it out of version control, and keep a copy elsewhere:",
            "# without these keys a backup opens no second factor, session or token.",
            "ENVIRONMENT=production",
            *(f"{name}={value}" for name, value in values.items()),
            "",
            "# Fill in. Vouch does not start before all but the last two are there.",
            *(line for name, example in TO_FILL_IN.items() for line in (f"# {name}={example}", f"{name}=")),
            "",
        ]
    )


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
