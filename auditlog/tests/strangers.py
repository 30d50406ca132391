"""People who do not work here, and what they ask for."""

from ipaddress import ip_network
from typing import Any

from django.test import Client

from auditlog.honeypots.snapshot import snapshot

HERE = "198.51.100.23"
FIRST, SECOND = ip_network("10.0.0.0/24"), ip_network("10.9.9.0/24")
JSON = {"Accept": "application/json"}


def stranger(address: str = HERE) -> Client:
    return Client(REMOTE_ADDR=address)


def hit(path: str = "/.env", address: str = HERE) -> Any:
    """A scanner that asks for a decoy. A test's transaction never commits, so what follows a commit is done here."""
    answer = Client(REMOTE_ADDR=address, headers={"User-Agent": "scan/1.0"}).get(path)
    snapshot.expire()
    return answer
