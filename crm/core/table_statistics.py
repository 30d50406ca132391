"""What the database plans by, renewed while much comes in at once."""

from django.db import connection, models

FIRST = 10_000  # rows; of a smaller table nothing can be planned wrongly that would be felt


class Growth:
    """Has PostgreSQL look at a table again each time it has taken in as much as before.

    Autovacuum comes minutes later, or never where it is switched off; until then an index is passed over for one that
    reads all rows of a team, and an import takes longer with each row that is in.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.table, self.rows, self.due = model._meta.db_table, 0, FIRST

    def add(self, rows: int) -> None:
        """Between transactions: until this one's looking is committed, nobody else can look at the table."""
        self.rows += rows
        if self.rows >= self.due and connection.vendor == "postgresql":
            self.due = 2 * self.rows
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(self.table)}")
