"""The database keeps the keys of identifiers in step with their customers, whichever way those are written.

A form, the API, COPY of an import, an undo that puts a row back as it was: none of them can forget it, and none pays
for it where a customer has no identifiers. SQLite drops triggers when it alters the table: a migration that does so
ends with `keep_identifier_keys()`.
"""

from django.db.migrations.operations.base import Operation

from crm.core.migration_operations import VendorSQL
from customers.models.identifier import BETWEEN, WORLDWIDE

TABLE, KEYS = "customers_customer", "customers_identifierkey"
FOLLOWED = "identifiers, team_id, archived_at"
# When → the rows it is about.
MOMENTS = {
    "INSERT": ("INSERT", "NEW.identifiers <> '[]'"),
    "UPDATE": (f"UPDATE OF {FOLLOWED}", "OLD.identifiers <> '[]' OR NEW.identifiers <> '[]'"),
    "DELETE": ("DELETE", "OLD.identifiers <> '[]'"),
}


def keep_identifier_keys() -> list[Operation]:
    """May be run again."""
    on_postgresql, on_sqlite = _dropped(f" ON {TABLE}"), _dropped()
    back = [*on_postgresql, f"DROP FUNCTION {KEYS}_follow()"]
    return [
        VendorSQL("postgresql", [*on_postgresql, *_on_postgresql()], back),
        VendorSQL("sqlite", [*on_sqlite, *_on_sqlite()], on_sqlite),
    ]


def _dropped(where: str = "") -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {KEYS}_{moment.lower()}{where}" for moment in MOMENTS]


def _written(cell: str, plain: str, team: str, rows: str) -> str:
    """The statement for one customer. `cell` reads a cell of a row, `plain` is SQL for its form without separators."""
    kind, country = cell.format("kind"), cell.format("country")
    label, value = plain.format(cell.format("label")), plain.format(cell.format("value"))
    worldwide = ", ".join(f"'{one.value}'" for one in WORLDWIDE)
    scope = f"CASE WHEN {kind} IN ({worldwide}) THEN '' ELSE {country} || '/' || {label} END"
    key = f"{team} || '/' || {kind} || '/' || {scope} || '/' || {value}"
    # Nothing here comes from outside: names of our own tables and columns.
    chosen = f"SELECT DISTINCT {key}, {value}, NEW.id FROM {rows} WHERE NEW.archived_at IS NULL"  # noqa: S608  # nosec B608
    return f"INSERT INTO {KEYS} (id, value, customer_id) {chosen};"  # nosec B608


def _on_postgresql() -> list[str]:
    write = _written(
        "(one ->> '{0}')",
        f"upper(translate({{0}}, '{BETWEEN}', '') COLLATE \"C\")",
        "replace(NEW.team_id::text, '-', '')",
        "jsonb_array_elements(NEW.identifiers) AS one",
    )
    function = f"""
        CREATE OR REPLACE FUNCTION {KEYS}_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM {KEYS} WHERE customer_id = OLD.id;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                {write}
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608  # nosec B608
    return [function, *(_trigger(moment, f"EXECUTE FUNCTION {KEYS}_follow()") for moment in MOMENTS)]


def _on_sqlite() -> list[str]:
    without = "{0}"
    for sign in BETWEEN:
        without = f"replace({without}, '{sign}', '')"
    rows = "json_each(NEW.identifiers) AS one"
    write = _written("json_extract(one.value, '$.{0}')", f"upper({without})", "NEW.team_id", rows)
    delete = f"DELETE FROM {KEYS} WHERE customer_id = OLD.id;"  # noqa: S608  # nosec B608
    steps = {"INSERT": write, "UPDATE": delete + write, "DELETE": delete}
    return [_trigger(moment, f"BEGIN {step} END") for moment, step in steps.items()]


def _trigger(moment: str, act: str) -> str:
    event, rows = MOMENTS[moment]
    return f"CREATE TRIGGER {KEYS}_{moment.lower()} AFTER {event} ON {TABLE} FOR EACH ROW WHEN ({rows}) {act}"
