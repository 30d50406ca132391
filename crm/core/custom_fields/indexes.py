"""An index for each custom field, made with the field (docs/adr/0036). SQLite needs none at its size.

The application's role owns no table and so may make no index itself. A function of the owner's does it, and does
nothing else: it takes the name of one of four tables and a key, and checks both. It also has the planner keep
statistics of the values, which it does not for a partial index alone.
"""

from django.db import connection

from crm.core.custom_fields.definitions import Definition
from crm.core.custom_fields.writing import holders


def ensure_index(definition: Definition) -> None:
    """In the caller's transaction; writers to the table wait until it is built (figures in docs/adr/0036)."""
    _run("SELECT custom_field_index(%s, %s, %s, %s)", definition)


def drop_index(definition: Definition) -> None:
    _run("SELECT custom_field_unindex(%s, %s, %s, %s)", definition)


def _run(statement: str, definition: Definition) -> None:
    if connection.vendor != "postgresql":
        return
    model = next(one for one in holders() if one._meta.model_name == definition.holder)
    connection.check_constraints()  # PostgreSQL builds no index while checks of the same transaction wait
    with connection.cursor() as cursor:
        arguments = [model._meta.db_table, definition.key, definition.id.hex, definition.type]
        cursor.execute(statement, arguments)


INSTALL = """
CREATE FUNCTION custom_field_index(holder text, field text, name text, kind text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF holder NOT IN ('customers_customer', 'customers_contact', 'customers_lead', 'deals_deal')
        OR field !~ '^[a-z][a-z0-9_]{0,39}$' OR name !~ '^[0-9a-f]{32}$' THEN
        RAISE EXCEPTION 'not a custom field: %.%', holder, field;
    END IF;
    IF kind = 'multi_choice' THEN
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I USING gin ((custom_fields -> %L) jsonb_path_ops)'
            ' WHERE custom_fields ? %L', 'cf_' || name, holder, field, field);
    ELSE
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I ((custom_fields -> %L), id)'
            ' WHERE custom_fields ? %L', 'cf_' || name, holder, field, field);
    END IF;
    EXECUTE format('CREATE STATISTICS IF NOT EXISTS %I ON (custom_fields -> %L) FROM %I', 'cs_' || name, field, holder);
    EXECUTE format('ANALYZE %I (custom_fields)', holder);
END $$;
CREATE FUNCTION custom_field_unindex(holder text, field text, name text, kind text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF name !~ '^[0-9a-f]{32}$' THEN
        RAISE EXCEPTION 'not a custom field: %.%', holder, field;
    END IF;
    EXECUTE format('DROP INDEX IF EXISTS %I', 'cf_' || name);
    EXECUTE format('DROP STATISTICS IF EXISTS %I', 'cs_' || name);
END $$;
"""
REMOVE = """
DROP FUNCTION IF EXISTS custom_field_index(text, text, text, text);
DROP FUNCTION IF EXISTS custom_field_unindex(text, text, text, text);
"""
