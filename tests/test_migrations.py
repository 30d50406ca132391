"""The schema follows the models, and every migration of ours can be taken back, on the database that is in use."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

OURS = [
    config.label
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in ("crm", "accounts", "auditlog", "customers", "deals")
]


HAND_WRITTEN = {
    ("auditlog", "0002_append_only"),
    ("auditlog", "0005_security_events_append_only"),
    ("auditlog", "0007_sealed_once_erased_once"),
    ("customers", "0003_search"),
    ("deals", "0002_search_and_pipeline"),
}


def leaves(loader: MigrationLoader, labels: list[str]) -> list[tuple[str, str]]:
    return [node for node in loader.graph.leaf_nodes() if node[0] in labels]


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
def test_what_is_written_by_hand_goes_back_and_forward_again():
    """Triggers, indexes and seeds: nothing may be left behind that the second way forward would stumble over."""
    loader = MigrationLoader(connection)
    ends = leaves(loader, OURS)
    # What stands on the later migrations of these goes back entirely.
    ground = ("accounts", "auditlog", "customers", "deals")
    generated = [
        max(name for app, name in loader.disk_migrations if app == label and "initial" in name)
        if label in ground
        else None
        for label, _ in ends
    ]
    MigrationExecutor(connection).migrate([(label, name) for (label, _), name in zip(ends, generated, strict=True)])
    behind = MigrationExecutor(connection)
    assert len(behind.migration_plan(ends)) >= len(HAND_WRITTEN)
    behind.migrate(ends)
    assert not MigrationExecutor(connection).migration_plan(ends)


@pytest.mark.django_db(transaction=True)
def test_explanations_of_alerts_keep_their_words_when_they_become_keys():
    moments = {"first_seen_at": timezone.now(), "last_seen_at": timezone.now()}
    try:
        old = MigrationExecutor(connection).migrate([("auditlog", "0016_access_index")]).apps
        rule = old.get_model("auditlog", "AnomalyRule").objects.get_or_create(
            name="denials", defaults={"threshold": 1, "window_minutes": 1, "severity": "low"}
        )[0]
        alerts = old.get_model("auditlog", "Alert").objects
        pk = alerts.create(rule=rule, severity="low", subject="x", explanation="5 refused requests.", **moments).pk
        new = MigrationExecutor(connection).migrate([("auditlog", "0017_explanations_by_key")]).apps
        alert = new.get_model("auditlog", "Alert").objects.get(pk=pk)
        assert (alert.explanation_key, alert.explanation_values) == ("as_written", {"text": "5 refused requests."})
        back = MigrationExecutor(connection).migrate([("auditlog", "0016_access_index")]).apps
        assert back.get_model("auditlog", "Alert").objects.get(pk=pk).explanation == "5 refused requests."
        back.get_model("auditlog", "Alert").objects.filter(pk=pk).delete()
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
