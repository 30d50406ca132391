"""Loaded before the settings (pytest.ini): the testing environment, cheap passwords, and what is left out and why."""

import gc
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from whitenoise.middleware import WhiteNoiseMiddleware

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
    any_pace_will_do()
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
    PostgresOperations.sql_flush = rows_deleted
    WhiteNoiseMiddleware.add_files_from_finders = static_files_found_once(WhiteNoiseMiddleware.add_files_from_finders)


def any_pace_will_do() -> None:
    """How long Hypothesis takes for an example says how busy the machine is, and nothing about the code."""
    patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.register_profile("any pace", patient)
    hypothesis.settings.load_profile("any pace")


def rows_deleted(self: PostgresOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
    """After a test that commits: TRUNCATE writes new files for each of a hundred tables, most of them empty.

    In any order, since foreign keys are checked when the transaction ends.
    """
    return [f"DELETE FROM {self.quote_name(table)}" for table in tables]


def static_files_found_once(find: Callable[[WhiteNoiseMiddleware], None]) -> Callable[[WhiteNoiseMiddleware], None]:
    """A server looks for its static files once; a test client is a server of its own, and the tests make thousands."""
    found: dict[str, Any] = {}

    def find_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    return find_once


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end; looking through it for garbage again and again is a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def missing_services() -> dict[str, str]:
    """Mark → how to have what it needs, for what is not there."""
    missing = {
        "postgres": "PostgreSQL: set DATABASE_URL=postgres://user:password@host/name"
        * (connection.vendor != "postgresql"),
        "redis": "Redis: set REDIS_URL=redis://host:6379/15" * (not os.environ.get("REDIS_URL")),
        "libreoffice": "LibreOffice: apt-get install libreoffice-calc-nogui" * (services.libreoffice() is None),
        "sshd": "an OpenSSH server: apt-get install openssh-server" * (services.sshd() is None),
        "dovecot": "an IMAP server: apt-get install dovecot-imapd" * (services.dovecot() is None),
        "node": "Node 20 and npm: apt-get install nodejs npm" * (services.node() is None),
        "browser": "Chromium: apt-get install chromium, or set CHROMIUM to its path" * (services.chromium() is None),
    }
    return {mark: hint for mark, hint in missing.items() if hint}


WITH_A_DATABASE = {"db", "transactional_db", "live_server"}
OF_A_SERVICE = ("browser", "libreoffice", "sshd", "dovecot", "postgres", "redis", "node")


def is_the_same_on_any_database(item: pytest.Item) -> bool:
    """It asks for none (pytest-django refuses it one then), or serves the product on SQLite whatever it runs on."""
    if any(item.get_closest_marker(mark) for mark in OF_A_SERVICE):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = item.get_closest_marker("django_db") or fixtures & WITH_A_DATABASE
    return not asks or ("migrated_sqlite" in fixtures and not item.get_closest_marker("django_db"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = missing_services()
    for item in items:
        if is_the_same_on_any_database(item):
            item.add_marker(pytest.mark.once)
        for mark, hint in missing.items():
            if item.get_closest_marker(mark):
                if REQUIRED:
                    pytest.exit(f"REQUIRE_SERVICES=1, and there is no {hint}", returncode=1)
                item.add_marker(pytest.mark.skip(reason=f"left out; to have it, {hint}"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} tests were {reason.removeprefix('Skipped: ')}", yellow=True)
