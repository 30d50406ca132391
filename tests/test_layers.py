"""The floors of docs/architecture.md: each imports only downward, and nothing hides an import or a coupling."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crm", "accounts", "auditlog", "customers", "deals")

# From the ground up. Names on one floor are neighbours and do not know each other.
FLOORS = (
    ("crm.core",),
    ("crm.outbox",),
    ("auditlog",),
    ("crm.transfer", "crm.ops"),
    ("crm.mailroom",),
    ("crm.lists",),
    ("crm.bulk",),
    ("crm.notices",),
    ("accounts",),
    ("customers",),
    ("deals",),
    (
        "crm.api",
        "crm.web",
        "crm.compliance",
        "crm.privacy",
        "crm.webhooks",
        "crm.intake",
        "crm.automation",
        "crm.agents",
    ),
    ("crm.capture",),
    ("crm.urls", "crm.wsgi", "crm.asgi", "crm.celery", "crm.wiring"),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
ROOF = len(FLOORS) - 1
TOP_LEVEL = {
    *("crm", "accounts", "customers", "deals", "auditlog", "templates", "static", "manage.py", "pytest.ini"),
    *("README.md", "LICENSE", "Makefile", "pyproject.toml", "conftest.py", "compose.yaml", "Dockerfile"),
    *("requirements.txt", "requirements.in", "requirements-dev.txt", "requirements-dev.in"),
    "deploy",
    *("docs", "tests", "benchmarks", ".ci", ".github", ".env.example", ".gitignore", ".dockerignore", ".gitattributes"),
}


def modules() -> dict[str, Path]:
    """Every module of the product, by dotted name; tests are not part of it."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "tests" not in path.parts:
                dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[dotted.removesuffix(".__init__")] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}


def unit(module: str) -> str | None:
    """`customers.models.contact` → `customers`; `crm.web.demo.words` → `crm.web`; None for what is not ours."""
    parts = module.split(".")
    if parts[0] not in PACKAGES:
        return None
    return ".".join(parts[:2]) if parts[0] == "crm" else parts[0]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if f"{node.module}.{alias.name}" in MODULES
            )


def refusal(importer: str, imported: str) -> str:
    """Why one unit may not import another, or nothing."""
    if importer == imported or "crm" in (importer, imported):
        return ""
    if imported == "crm.settings":
        return "settings are read through django.conf"
    if importer == "crm.settings":
        return "" if imported == "crm.core" else "settings know the kernel alone"
    if LEVEL[importer] == ROOF:
        return ""
    return "" if LEVEL[imported] < LEVEL[importer] else f"floor {LEVEL[importer]} may not know floor {LEVEL[imported]}"


def test_every_unit_has_a_floor():
    units = {unit(name) for name in MODULES} - {"crm", "crm.settings"}
    assert units <= set(LEVEL), f"give these a floor: {units - set(LEVEL)}"


def test_every_module_imports_only_downward():
    wrong = [
        f"{name} imports {imported}: {why}"
        for name, tree in TREES.items()
        for imported in imports(tree)
        if (target := unit(imported)) and (why := refusal(str(unit(name)), target))
    ]
    assert not wrong


def test_no_function_imports():
    functions = (
        (name, node)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    hidden = [
        f"{name}:{node.lineno} in {function.name}"
        for name, function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_no_module_listens_to_signals():
    listening = [
        name
        for name, tree in TREES.items()
        if any(one.startswith("django") and "signals" in one for one in imports(tree))
        or "receiver" in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    ]
    assert not listening


def test_no_catch_all_modules():
    catch_all = {"utils", "util", "helpers", "helper", "misc", "common", "shared", "tools", "base"}
    of_django = {"crm.core.postgresql.base"}  # a database backend's module has to be called so
    assert not [name for name in MODULES.keys() - of_django if name.rpartition(".")[2] in catch_all]


def test_the_top_level_holds_what_a_visitor_needs_and_no_more():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} <= TOP_LEVEL


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("deals", "customers", True),
        ("customers", "deals", False),
        ("crm.core", "auditlog", False),
        ("crm.web", "crm.api", False),
        ("crm.urls", "crm.wiring", True),
        ("crm.wiring", "crm.settings", False),
        ("accounts", "crm.settings", False),
    ],
)
def test_the_rule_itself(importer, imported, allowed):
    assert (refusal(importer, imported) == "") is allowed
