"""What is sealed while the trail is verified is no finding of that verification."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from auditlog.models import AuditSeal
from auditlog.proof import seal_hash
from auditlog.sealing import as_line
from auditlog.tests.tampering import findings, history
from auditlog.trail import one_moment, seal_lines

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="a second connection needs PostgreSQL: set DATABASE_URL"
    ),
]


def sealed_elsewhere() -> None:
    def run() -> None:
        try:
            history(rounds=1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_a_verification_sees_one_moment():
    history(rounds=1)
    with one_moment():
        before = [seal_hash(line) for line in seal_lines()]
        sealed_elsewhere()
        assert [seal_hash(line) for line in seal_lines()] == before and findings() == []
    assert [seal_hash(as_line(seal)) for seal in AuditSeal.objects.all()][: len(before)] == before
    assert AuditSeal.objects.count() == 2 * len(before)
