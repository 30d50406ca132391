"""SQL that only one of the two databases understands, as a migration operation."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex, RunSQL

from crm.core.search_candidates import BEGINNING, TITLE
from crm.core.slips import BREAKS, LONGEST, SHORTEST


class VendorSQL(RunSQL):
    """RunSQL for one vendor (`postgresql`, `sqlite`); nothing elsewhere."""

    def __init__(self, vendor: str, sql: Any, reverse_sql: Any) -> None:
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


class AddIndexBesideWriters(AddIndexConcurrently):
    """AddIndex that keeps nobody from writing while it builds; its migration is not `atomic`. SQLite knows no other.

    It waits for those who read and write as long as they take, since giving up would leave a broken index; what an
    earlier try left is built anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
        schema_editor.execute("SET lock_timeout = 0")
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        return schema_editor.execute("RESET lock_timeout")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        way = AddIndexConcurrently if schema_editor.connection.vendor == "postgresql" else AddIndex
        way.database_backwards(self, app_label, schema_editor, from_state, to_state)


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


def beginning_index(table: str) -> VendorSQL:
    """For what begins with a query, in that order, of one team or of all (crm.core.search_candidates)."""
    name = f"{table}_beginning"
    columns = f'(left(search_text, {BEGINNING}) COLLATE "C"), team_id'
    return VendorSQL(
        "postgresql",
        f"CREATE INDEX {name} ON {table} ({columns}) WHERE archived_at IS NULL",
        f"DROP INDEX IF EXISTS {name}",
    )


def slips_function() -> VendorSQL:
    """What crm.core.slips compares: each word of the title, whole and without each of its letters."""
    spaces = " " * len(BREAKS)
    title = f"translate(left(split_part(search_text, E'\\n', 1), {TITLE}), $breaks${BREAKS}$breaks$, '{spaces}')"
    return VendorSQL(
        "postgresql",
        f"""
        CREATE OR REPLACE FUNCTION search_slips(search_text text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
            SELECT array_agg(DISTINCT overlay(word PLACING '' FROM place FOR 1))
            FROM unnest(string_to_array({title}, ' ')) AS word, generate_series(1, length(word) + 1) AS place
            WHERE length(word) BETWEEN {SHORTEST - 1} AND {LONGEST + 1}
        $body$
        """,  # noqa: S608  # nosec B608  # constants of ours
        "DROP FUNCTION IF EXISTS search_slips",
    )


def slips_index(table: str) -> VendorSQL:
    name = f"{table}_slips"
    return VendorSQL(
        "postgresql",
        f"CREATE INDEX {name} ON {table} USING gin (search_slips(search_text))",
        f"DROP INDEX IF EXISTS {name}",
    )


def slips_without_workers() -> VendorSQL:
    """Starting parallel workers takes 8 ms, and what a search with a slip reads takes less."""
    change = "ALTER FUNCTION search_slips PARALLEL"
    return VendorSQL("postgresql", f"{change} RESTRICTED", f"{change} SAFE")


def slips_statistics(table: str) -> VendorSQL:
    """How many rows a slip may mean, to a thousandth: or else a rare word is taken for one of thousands."""
    change = f"ALTER INDEX {table}_slips ALTER COLUMN 1 SET STATISTICS"
    return VendorSQL("postgresql", f"{change} 1000; ANALYZE {table}", f"{change} -1")


def search_statistics(table: str) -> VendorSQL:
    """How many rows hold a word, to a thousandth instead of a hundredth: what a list that is searched is planned by."""
    change = f"ALTER TABLE {table} ALTER COLUMN search_text SET STATISTICS"
    return VendorSQL("postgresql", f"{change} 1000; ANALYZE {table} (search_text)", f"{change} -1")


def expression_statistics(name: str, table: str, expression: str, column: str) -> VendorSQL:
    """What a look-up by an expression is planned by: PostgreSQL keeps it for an index on all rows, and not for one on
    the active ones alone, where it takes one in 200 rows for equal to any value."""
    made = f"CREATE STATISTICS IF NOT EXISTS {name} ON {expression} FROM {table}"
    return VendorSQL("postgresql", f"{made}; ANALYZE {table} ({column})", f"DROP STATISTICS IF EXISTS {name}")
