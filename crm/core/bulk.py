"""Many new rows in one statement: COPY on PostgreSQL, multi-row INSERT elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

BATCH = 500


@cache
def maker_of(model: type[models.Model]) -> Callable[[Mapping[str, Any]], Any]:
    """Builds new records from {attribute: value} with the defaults filled in, much faster than `model(**values)`."""
    fields = [(field.attname, field.get_default) for field in model._meta.concrete_fields]

    def make(values: Mapping[str, Any]) -> Any:
        return model(*[values[name] if name in values else default() for name, default in fields])

    return make


def insert_many(model: type[models.Model], records: Sequence[Any]) -> None:
    """Inserts validated records as they are, in the caller's transaction; their ids are already set."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(records, batch_size=BATCH)
        return
    if records:
        _copy(model, records)
    for record in records:
        record._state.adding = False


def _copy(model: type[models.Model], records: Sequence[Any]) -> None:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    readers = [(field.attname, field if isinstance(field, models.JSONField) else None) for field in fields]
    with (
        connection.wrap_database_errors,  # COPY is psycopg's own call, which Django does not translate
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy,  # type: ignore[attr-defined]
    ):
        for record in records:
            values = record.__dict__
            copy.write_row(
                [field.get_db_prep_save(values[name], connection) if field else values[name] for name, field in readers]
            )
