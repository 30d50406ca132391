"""The schema follows the models, and every migration of ours can be taken back, on the database that is in use."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

OURS = [
    config.label
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in ("crm", "accounts", "auditlog", "customers", "deals")
]


def leaves(labels: list[str]) -> list[tuple[str, str]]:
    return [node for node in MigrationLoader(connection).graph.leaf_nodes() if node[0] in labels]


@pytest.mark.django_db
def test_no_model_waits_for_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_no_app_has_two_ends():
    assert not MigrationLoader(connection).detect_conflicts()


def test_each_migration_can_be_taken_back():
    for (label, _name), migration in MigrationLoader(None).disk_migrations.items():
        if label in OURS:
            assert all(operation.reversible for operation in migration.operations), migration


@pytest.mark.django_db(transaction=True)
def test_back_to_nothing_and_forward_again():
    """Nothing of ours may be left behind, and the second way forward must meet no remains of the first."""
    everything = MigrationExecutor(connection).loader.graph.leaf_nodes()
    dependent = sorted({label for label, _name in everything})
    MigrationExecutor(connection).migrate([(label, None) for label in dependent])
    remains = set(connection.introspection.table_names()) - {"django_migrations"}
    assert not {table for table in remains if table.split("_")[0] in ("accounts", "auditlog", "customers", "deals")}
    MigrationExecutor(connection).migrate(everything)
    assert {model._meta.db_table for model in apps.get_models()} <= set(connection.introspection.table_names())
