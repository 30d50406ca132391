"""Loaded before the settings (pytest.ini): the testing environment, cheap passwords, and what is left out and why."""

import os
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from tests import services

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
LEFT_OUT = pytest.StashKey[Counter[str]]()

os.environ["ENVIRONMENT"] = "testing"
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("EMAIL_URL", "memory://")
os.environ.setdefault("RATE_LIMIT_ENABLED", "false")
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = services.redis_of_worker(os.environ["REDIS_URL"])


def pytest_configure(config: pytest.Config) -> None:
    """Argon2 at its real cost takes 200 ms a password; the tests make hundreds."""
    config.stash[LEFT_OUT] = Counter()
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def missing_services() -> dict[str, str]:
    """Mark → how to have what it needs, for what is not there."""
    missing = {
        "postgres": "PostgreSQL: set DATABASE_URL=postgres://user:password@host/name"
        * (connection.vendor != "postgresql"),
        "redis": "Redis: set REDIS_URL=redis://host:6379/15" * (not os.environ.get("REDIS_URL")),
        "node": "Node 20 and npm: apt-get install nodejs npm" * (services.node() is None),
        "browser": "Chromium: apt-get install chromium, or set CHROMIUM to its path" * (services.chromium() is None),
    }
    return {mark: hint for mark, hint in missing.items() if hint}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = missing_services()
    for item in items:
        for mark, hint in missing.items():
            if item.get_closest_marker(mark):
                if REQUIRED:
                    pytest.exit(f"REQUIRE_SERVICES=1, and there is no {hint}", returncode=1)
                item.add_marker(pytest.mark.skip(reason=f"left out; to have it, {hint}"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} tests were {reason.removeprefix('Skipped: ')}", yellow=True)
