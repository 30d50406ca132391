"""Run by test_idempotency.py in its own process on a migrated SQLite file: eight threads send the same POST at once.

Prints the customers made, and the status, replay header and body of each answer, as JSON.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

THREADS = 8
BODY = {"name": "Once"}


def eight_at_once(client_of: Any, close: Any) -> list[tuple[int, str, str]]:
    """(status, Idempotency-Replayed, body) of eight simultaneous posts with one key."""
    barrier = Barrier(THREADS)

    def post(client: Any) -> tuple[int, str, str]:
        barrier.wait()
        try:
            headers = {"Idempotency-Key": "race-1"}
            answer = client.post("/api/v1/customers", BODY, content_type="application/json", headers=headers)
            return answer.status_code, answer.headers.get("Idempotency-Replayed", ""), answer.content.decode()
        finally:
            close()

    clients = [client_of() for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(post, clients))


def main() -> None:
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connections  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from accounts.models import Membership, Role, Team, User  # noqa: PLC0415
    from customers.models import Customer  # noqa: PLC0415

    user = User.objects.create_user("race@north.example", None, role=Role.objects.get(name="sales_rep"))
    Membership.objects.create(user=user, team=Team.objects.create(name="North"))

    def client_of() -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(user, backend="accounts.backends.EmailBackend")
        return client

    answers = eight_at_once(client_of, connections.close_all)
    print(json.dumps({"customers": Customer.objects.count(), "answers": answers}))  # noqa: T201


if __name__ == "__main__":
    main()
