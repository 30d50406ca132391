"""What recognising a bearer token costs, measured inside an installation; BENCH_TOKEN holds a live one."""

import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import AccessToken  # noqa: E402
from accounts.oauth.bearer import token_for  # noqa: E402

ROUNDS = 500
TARGET = 5.0


def main() -> None:
    header = f"Bearer {os.environ['BENCH_TOKEN']}"
    with CaptureQueriesContext(connection) as queries:
        assert token_for(header) is not None
    times = [milliseconds(header) for _round in range(ROUNDS)]
    median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(
        f"Recognising a bearer token among {AccessToken.objects.count():,}: {median:.2f} ms median, {slow:.2f} ms at"
        f" the 95th percentile, {len(queries)} statement (target {TARGET:g} ms, 1 statement)"
        + ("" if median <= TARGET else " short of the target")
    )


def milliseconds(header: str) -> float:
    began = time.perf_counter()
    token_for(header)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
