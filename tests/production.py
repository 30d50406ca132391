"""A complete production environment with keys made on the spot; as a program, manage.py under it.

python -m tests.production check --deploy
"""

import base64
import os
import secrets
import sys

from cryptography.fernet import Fernet
from django.core.management import execute_from_command_line


def production_environment(**changes: str) -> dict[str, str]:
    """Passes every refusal of crm.core.environment."""
    return {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "OAUTH2_ENCRYPTION_KEY": secrets.token_urlsafe(48),
        "SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "AUDIT_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "API_KEY_PEPPER": secrets.token_urlsafe(48),
        "DATABASE_URL": "postgres://vouch:unused@db.example.com:5432/vouch",
        "REDIS_URL": "rediss://cache.example.com:6379/0",
        "ALLOWED_HOSTS": "crm.example.com",
        "PUBLIC_URL": "https://crm.example.com",
        "EMAIL_URL": "smtps://mail.example.com:465",
        **changes,
    }


if __name__ == "__main__":
    os.environ.update(production_environment(), DJANGO_SETTINGS_MODULE="crm.settings")
    execute_from_command_line(sys.argv)
