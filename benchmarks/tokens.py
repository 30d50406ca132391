"""Tokens: fifty thousand of them in the table, and a client that acts by itself."""

import subprocess
import sys

import psycopg

TOKENS = 50_000

SEED = """
WITH families AS (
  INSERT INTO accounts_tokenfamily (id, user_id, application_id, scope, started_at, last_used_at, expires_at,
    revoked_reason, address, last_address, agent)
  SELECT gen_random_uuid(), person.id, client.id, 'customers:read', now(), now(), now() + interval '90 days',
    '', '', '', ''
  FROM generate_series(1, %s), (SELECT id FROM accounts_user ORDER BY email LIMIT 1) person,
    (SELECT id FROM accounts_application LIMIT 1) client
  RETURNING id, user_id, application_id)
INSERT INTO accounts_accesstoken (token, expires, scope, resource, created, updated, token_checksum, user_id,
  application_id, family_id)
SELECT '', now() + interval '1 day', 'customers:read', '[]', now(), now(), md5(id::text) || md5('x' || id::text),
  user_id, application_id, id FROM families
"""


def fill(database: str, number: int) -> None:
    """Live tokens of one person and client, each with a grant of its own."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SEED, [number])
        connection.execute("ANALYZE accounts_tokenfamily, accounts_accesstoken")


def client_of(printed: str) -> dict[str, str]:
    """`client_id` and `client_secret` as create_oauth_client prints them."""
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


def validation_line(environment: dict[str, str], token: str) -> str:
    """In a process of its own, since this one is no part of the installation."""
    command = [sys.executable, "-m", "benchmarks.recognising"]
    ran = subprocess.run(command, env={**environment, "BENCH_TOKEN": token}, capture_output=True, text=True, check=True)
    return ran.stdout.strip()
