"""What the database plans by, renewed while much comes in at once."""

from django.db import connection, models

FIRST = 10_000  # rows; of a smaller table nothing can be planned wrongly that would be felt
# Looked at to a thousandth, in ten times as many rows; nothing that comes in is looked up by it.
LEFT_OUT = "search_text"


class Growth:
    """Has PostgreSQL look at a table again each time it has taken in as much as was known of it.

    Autovacuum comes minutes later, or never where it is switched off; until then an index is passed over for one that
    reads all rows of a team, and an import takes longer with each row that is in. Columns are named, since without
    names the expressions of all indexes are looked at, too: 12 seconds for a million contacts instead of one.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        self.columns = [str(field.column) for field in model._meta.concrete_fields if field.column != LEFT_OUT]
        self.added = 0
        self.known = _rows_known_of(self.table)

    def add(self, rows: int) -> None:
        """Between transactions: until this one's looking is committed, nobody else can look at the table."""
        self.added += rows
        if self.added >= max(FIRST, self.known) and connection.vendor == "postgresql":
            self.known += self.added
            self.added = 0
            _look_at(self.table, self.columns)


def _rows_known_of(table: str) -> int:
    """As of the last time that somebody looked."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


def _look_at(table: str, columns: list[str]) -> None:
    name = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {name(table)} ({', '.join(map(name, columns))})")
