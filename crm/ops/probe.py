"""Asks this machine's server how it is, for a container's health check: ends with 0 when it answers 200.

    python -m crm.ops.probe /health/live [port]

It loads neither Django nor the settings, so that asking every few seconds costs nothing.
"""

import http.client
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 4  # seconds
PORT = 8000


def own_host() -> str:
    """The server answers to its own names only, also when it is asked from within."""
    if path := os.environ.get("PUBLIC_URL_FILE"):
        return urlsplit(Path(path).read_text().strip()).hostname or ""
    return urlsplit(os.environ.get("PUBLIC_URL", "")).hostname or "localhost"


def answers(path: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": own_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "/health/live"
    sys.exit(not answers(asked, int(sys.argv[2]) if len(sys.argv) > 2 else PORT))
