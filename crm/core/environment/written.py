"""An environment as a file that Docker, systemd and shells read: every name once, with what it is for above it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from crm.core.environment import GROUPS
from crm.core.environment.naming import Group
from crm.core.environment.running import REQUIRED


def environment_text(values: Mapping[str, str], header: str) -> str:
    """What `values` has is set, also as `NAME_FILE`; what else production needs is left empty, the rest a comment."""
    lines = [*(f"# {line}" for line in header.splitlines()), ""]
    for group in GROUPS:
        lines += [f"# == {title(group)}", *_names(group, values), ""]
    return "\n".join(lines)


def title(group: type[Group]) -> str:
    return (group.__doc__ or "").splitlines()[0].strip()


def _names(group: type[Group], values: Mapping[str, str]) -> Iterator[str]:
    for name, field in group.model_fields.items():
        yield f"# {(field.description or '').replace('`', '')}"
        given = f"{name}_FILE" if f"{name}_FILE" in values else name
        if given in values or is_needed(field):
            yield f"{given}={values.get(given, '')}"
        else:
            yield f"# {name}={told(field)['example'] or shown(field.default)}"


def told(field: FieldInfo) -> Any:
    """What `name` was given beside the description; TypeError for a field declared without it."""
    return dict(field.json_schema_extra)  # type: ignore[arg-type]


def is_needed(field: FieldInfo) -> bool:
    """By production, whatever else is set."""
    return told(field)["needed"].partition(";")[0] == REQUIRED


def shown(default: Any) -> str:
    """A default as the environment would spell it."""
    if isinstance(default, list):
        return ",".join(default)
    return "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
