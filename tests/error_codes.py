"""Finds every error code of the code base by reading its syntax; docs/api-errors.md must list them all."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crm", "accounts", "auditlog", "customers", "deals")
VALIDATION = {"ValidationError", "ErrorDetail", "RegexValidator", "invalid_field"}
SKIPPED = {"tests", "migrations", "demo", "commands"}
# Raised by the REST framework itself.
FRAMEWORK = {("unsupported_media_type", 415)}


def sources() -> list[ast.Module]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [ast.parse(path.read_text()) for path in paths if not SKIPPED & set(path.parts)]


def error_classes(trees: list[ast.Module]) -> dict[str, tuple[str, int]]:
    """Class name → (code, status), inherited where a class states none."""
    found = {"CrmError": ("bad_request", 400)}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _depth in range(4):
        for node in classes:
            bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in found]
            if bases and node.name not in ("CrmError", "OAuth2Error"):
                stated = dict(_assigned(node))
                code, status = found[bases[0]]
                found[node.name] = (stated.get("code", code), stated.get("status", status))
    return found


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, object]]:
    """`code = "x"` and `status, code, message = 400, "x", "…"`."""
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        target, value = statement.targets[0], statement.value
        pairs = zip(target.elts, value.elts, strict=False) if isinstance(target, ast.Tuple) else [(target, value)]
        for name, content in pairs:
            if isinstance(name, ast.Name) and isinstance(content, ast.Constant):
                yield name.id, content.value


def calls(trees: list[ast.Module]) -> Iterator[tuple[str, ast.Call]]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield getattr(node.func, "id", None) or getattr(node.func, "attr", ""), node


def _literal(node: ast.Call, keyword: str) -> object:
    values = [one.value for one in node.keywords if one.arg == keyword]
    return values[0].value if values and isinstance(values[0], ast.Constant) else None


def answer_codes() -> set[tuple[str, int]]:
    """(code, status) of whole answers."""
    trees = sources()
    classes = error_classes(trees)
    found = set(classes.values()) | FRAMEWORK
    for name, node in calls(trees):
        if name in classes and (code := _literal(node, "code")):
            found.add((str(code), int(_literal(node, "status") or classes[name][1])))  # type: ignore[call-overload]
    return found


def detail_codes() -> set[str]:
    """Codes of single fields in `details` that our own rules give."""
    found = {"invalid"}
    for name, node in calls(sources()):
        if name not in VALIDATION:
            continue
        third = node.args[2] if len(node.args) > 2 else None
        positional = third.value if isinstance(third, ast.Constant) and name != "ValidationError" else None
        if code := _literal(node, "code") or positional:
            found.add(str(code))
    return found
