"""Which migrations wait, and whether the release that still runs would survive them (expand first, contract later)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.models import ManyToManyField

# What the running release still reads or writes is gone, or has another name.
TAKES_AWAY = (ops.RemoveField, ops.DeleteModel, ops.RenameField, ops.RenameModel, ops.AlterModelTable)
NARROWS = (ops.AddConstraint, ops.AlterUniqueTogether)
BY_HAND = (ops.RunSQL, ops.RunPython)


@dataclass(frozen=True, slots=True)
class Hazard:
    """`breaks`: the running release would fail; else somebody has to look."""

    migration: str
    words: str
    breaks: bool


def pending() -> list[Migration]:
    """In the order in which `migrate` takes them."""
    executor = MigrationExecutor(connection)
    return [
        one for one, is_backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()) if not is_backwards
    ]


def is_new() -> bool:
    """An empty database, which no release uses yet."""
    return not MigrationExecutor(connection).loader.applied_migrations


def of_a_later_release() -> list[str]:
    """Applied, and unknown to this code: the database was migrated by a newer one."""
    loader = MigrationExecutor(connection).loader
    known, apps = set(loader.disk_migrations) | set(loader.replacements), loader.migrated_apps
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in apps and (app, name) not in known
    )


def hazards(migrations: Iterable[Migration]) -> Iterator[Hazard]:
    """Of the tables that are there before the first of them; a new table is nobody's yet."""
    loader = MigrationExecutor(connection).loader
    new: set[tuple[str, str]] = set()
    for migration in migrations:
        state = loader.project_state([(migration.app_label, dep) for dep in _before(migration)], at_end=True)
        for operation in database_operations(migration.operations):
            if isinstance(operation, ops.CreateModel):
                new.add((migration.app_label, operation.name_lower))
            elif (migration.app_label, _model(operation)) not in new:
                yield from _of(operation, migration, state)


def database_operations(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, ops.SeparateDatabaseAndState):
            yield from database_operations(operation.database_operations)
        else:
            yield operation


def _before(migration: Migration) -> list[str]:
    return [name for app, name in migration.dependencies if app == migration.app_label]


def _model(operation: Any) -> str:
    return str(getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))).lower()


def _of(operation: Any, migration: Migration, state: ProjectState) -> Iterator[Hazard]:
    where, words = f"{migration.app_label}.{migration.name}", operation.describe()
    if isinstance(operation, TAKES_AWAY):
        yield Hazard(where, f"{words}: the running release still uses it", breaks=True)
    elif isinstance(operation, ops.AddField) and _must_be_given(operation.field):
        yield Hazard(where, f"{words}: the running release does not fill it, and the database has no default", True)
    elif isinstance(operation, ops.AlterField) and _loses_null(operation, migration, state):
        yield Hazard(where, f"{words}: the running release may still write none", breaks=True)
    elif isinstance(operation, NARROWS):
        yield Hazard(where, f"{words}: the running release must keep to it already", breaks=False)
    elif isinstance(operation, BY_HAND):
        yield Hazard(where, f"{words}: written by hand", breaks=False)


def _must_be_given(field: Any) -> bool:
    return not (field.null or field.has_db_default() or isinstance(field, ManyToManyField) or field.generated)


def _loses_null(operation: Any, migration: Migration, state: ProjectState) -> bool:
    model = state.models.get((migration.app_label, operation.model_name_lower))
    before = model.fields.get(operation.name) if model else None
    return bool(before is not None and before.null and not operation.field.null)
