"""`make test`: the whole suite, on SQLite alone and, where they can be reached, on PostgreSQL with Redis.

With DATABASE_URL set it runs once, on that database. Arguments go to pytest (`python -m tests.run -k merge`).
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests import services

PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "worksteal")
NOT_HERE = "not browser and not libreoffice and not sshd and not dovecot and not postgres and not redis and not node"
HINTS = {
    "PostgreSQL": "start one on 127.0.0.1:5432 or set TEST_POSTGRES_URL=postgres://user:password@host:5432",
    "Redis": "start one on 127.0.0.1:6379 or set TEST_REDIS_URL=redis://host:6379/15",
    "Node": "install Node 20 or later with npm",
    "LibreOffice": "apt-get install libreoffice-calc-nogui",
    "OpenSSH server": "apt-get install openssh-server",
    "Chromium": "apt-get install chromium, or set CHROMIUM to its path",
}


def main(arguments: list[str]) -> int:
    found = {
        "PostgreSQL": os.environ.get("DATABASE_URL") or services.postgres(),
        "Redis": os.environ.get("REDIS_URL") or services.redis(),
        "Chromium": services.chromium(),
        "Node": services.node(),
        "LibreOffice": services.libreoffice(),
        "OpenSSH server": services.sshd(),
    }
    missing = [name for name, where in found.items() if not where]
    for name in missing:
        print(f"No {name}: what needs it is left out. To have it: {HINTS[name]}", flush=True)
    if missing and os.environ.get("REQUIRE_SERVICES") == "1":
        print(f"REQUIRE_SERVICES=1, and {', '.join(missing)} cannot be reached.")
        return 1
    return run_suites(found, arguments)


def run_suites(found: Mapping[str, str | None], arguments: list[str]) -> int:
    """SQLite first, since it is the quicker to fail; the last run has everything."""
    served = {name: url for name, url in (("DATABASE_URL", found["PostgreSQL"]), ("REDIS_URL", found["Redis"])) if url}
    if os.environ.get("DATABASE_URL") or not found["PostgreSQL"]:
        return pytest("the whole suite", served, arguments)
    if failure := pytest("on SQLite, with nothing else", {}, ["-m", NOT_HERE, *arguments]):
        return failure
    return pytest("on PostgreSQL" + (" and Redis" if found["Redis"] else ""), served, ["-m", "not once", *arguments])


def pytest(title: str, environment: Mapping[str, str], arguments: Sequence[str]) -> int:
    print(f"\n== {title}", flush=True)
    without = {"DATABASE_URL", "REDIS_URL", *(() if environment else ("REQUIRE_SERVICES",))}
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", *PARALLEL, *arguments]
    return subprocess.run(command, env={**inherited, **environment}, cwd=services.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
