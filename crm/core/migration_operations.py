"""SQL that only one of the two databases understands, as a migration operation."""

from typing import Any

from django.db.migrations.operations import RunSQL


class VendorSQL(RunSQL):
    """RunSQL for one vendor (`postgresql`, `sqlite`); nothing elsewhere."""

    def __init__(self, vendor: str, sql: str, reverse_sql: str) -> None:
        super().__init__(sql, reverse_sql)
        self.vendor = vendor

    def deconstruct(self) -> Any:
        return self.__class__.__qualname__, [self.vendor, self.sql, self.reverse_sql], {}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == self.vendor:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == self.vendor:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def trigram_extension() -> VendorSQL:
    """Kept on the way back: the extension may have been there before us, and others may need it."""
    return VendorSQL("postgresql", "CREATE EXTENSION IF NOT EXISTS pg_trgm", RunSQL.noop)


def descending_index(table: str, column: str) -> VendorSQL:
    """For lists sorted by a column that may be empty, largest first and empty ones last (SQLite has no such index)."""
    name = f"{table}_{column}_desc"
    return VendorSQL(
        "postgresql",
        f"CREATE INDEX {name} ON {table} ({column} DESC NULLS LAST, id DESC) WHERE archived_at IS NULL",
        f"DROP INDEX IF EXISTS {name}",
    )


def trigram_index(table: str) -> VendorSQL:
    """A GIN trigram index on the table's `search_text`, so that LIKE '%fragment%' needs no scan."""
    name = f"{table}_search_trgm"
    return VendorSQL(
        "postgresql",
        f"CREATE INDEX {name} ON {table} USING gin (search_text gin_trgm_ops)",
        f"DROP INDEX IF EXISTS {name}",
    )
