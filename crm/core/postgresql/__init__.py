"""Django's database backend for PostgreSQL, with moments read by psycopg's own code in C."""
