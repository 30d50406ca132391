"""docs/environment.md and .env.example, written from the settings themselves; a test compares.

python -m tests.environment_pages
"""

import inspect
from pathlib import Path

from crm.core.environment import GROUPS, Environment
from crm.core.environment.naming import Group
from crm.core.environment.written import environment_text, is_needed, shown, told

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Environment

Vouch reads its configuration from environment variables and from nowhere else. Development and the demo need none.
Every name can also be given as `NAME_FILE`, the path of a file that holds the value (a mounted secret); the file wins.

A value that makes no sense stops the start. With `ENVIRONMENT=production` so does every value that is missing, a
default, weak, shared between two purposes or local, and every name that looks like one of these and is none
(`MFA_REQIRED_FOR`); all of them are named at once, and no value is printed. Elsewhere such a name is a warning of
`python manage.py check`. `make deployable` runs Django's deployment checks under such an environment. `.env.example`
holds every name once; `python manage.py generate_secrets --complete crm.example.com` prints one that production starts
with.

This page and `.env.example` are written from `crm/core/environment/` by `make environment`.
"""
FOOTER = """
## For `make` and the tests

| name | what |
| --- | --- |
| `PORT` | where `make demo` listens on 127.0.0.1; 8000 unless given |
| `PYTHON` | which Python makes the virtual environment: `make PYTHON=python3.12 demo` |
| `WORKERS`, `THREADS` | of the server that `make demo` starts |
| `REQUIRE_SERVICES` | `1`: a test run fails without PostgreSQL, Redis, Chromium, Node, LibreOffice, OpenSSH server |
| `TEST_POSTGRES_URL`, `TEST_REDIS_URL`, `CHROMIUM` | where the tests look, beside the usual places on this machine |
| `DRILL_SCALE` | share of 1 GB that `make drill` loses and restores; 1 unless given |
| `INSTALL_FILES` | a folder of files that the machine of `make install-drill` has from the beginning |
| `INSTALL_KEEP` | `1`: `make install-drill` leaves its machine's disk behind |
| `FAULTS_SCALE` | share of 2,000 messages of each kind that `make faults` sends; 1 unless given |
| `BENCH_SCALE` | share of the usual volume of `make bench`; 1 unless given |
"""
EXAMPLE = """\
Every name the product reads from its environment; written by make environment, explained in docs/environment.md.
Development needs none of them. Each may also come from a file: SECRET_KEY_FILE=/run/secrets/secret_key.
python manage.py generate_secrets --complete crm.example.com prints one of these with every key made new."""


def page() -> str:
    return HEADER + "".join(map(section, GROUPS)) + FOOTER


def section(group: type[Group]) -> str:
    lines = inspect.getdoc(group).splitlines()
    words = [f"## {lines[0]}", "", *([*lines[2:], ""] if lines[2:] else [])]
    table = ["| name | what it is | without it | in production |", "| --- | --- | --- | --- |"]
    return "\n".join(["", *words, *table, *(row(name) for name in group.model_fields), ""])


def row(name: str) -> str:
    field = Environment.model_fields[name]
    words = told(field)
    choices = getattr(field.annotation, "__args__", ())
    values = ", ".join(f"`{one}`" for one in choices if isinstance(one, str))
    example = f"`{words['example']}`" if words["example"] and not values else ""
    what = "; ".join(filter(None, (field.description, values or example)))
    cells = (f"`{name}`", what, words["without"] or f"`{shown(field.default)}`", words["needed"])
    return f"| {' | '.join(cells)} |"


def example() -> str:
    """What production needs is set, the rest can be taken out of its comment."""
    needed = {name: told(field)["example"] for name, field in Environment.model_fields.items() if is_needed(field)}
    return environment_text({"ENVIRONMENT": "production", **needed}, EXAMPLE)


PAGES = {"docs/environment.md": page, ".env.example": example}

if __name__ == "__main__":
    for path, text in PAGES.items():
        (ROOT / path).write_text(text())
