"""Two at the same moment: a key has one successor, and one of parallel uses is written."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.apikeys.errors import AlreadyRotated
from accounts.apikeys.services import api_key_revoke, api_key_rotate
from accounts.apikeys.usage import note_use
from accounts.models import ApiKey
from accounts.tests.api_keys import ask, make_key
from auditlog.models import AuditEvent
from crm.core.errors import CrmError

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

MANY = 8


def at_once(*calls):
    """What each call answers, or the refusal it raised."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait()
            return call()
        except CrmError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_many_rotations_one_gives_a_successor(owner, as_actor):
    actor, (key, _) = as_actor(owner), make_key(owner)
    answers = at_once(*[lambda: api_key_rotate(actor, key.pk)] * MANY)
    won = [answer for answer in answers if not isinstance(answer, CrmError)]
    assert len(won) == 1 and {type(one) for one in answers if one not in won} == {AlreadyRotated}
    assert ApiKey.objects.count() == 2 and ask(won[0][1]).status_code == 200


def test_a_key_revoked_while_it_is_rotated_is_dead(owner, as_actor):
    actor, (key, secret) = as_actor(owner), make_key(owner)
    at_once(lambda: api_key_rotate(actor, key.pk), lambda: api_key_revoke(actor, key.pk))
    assert ask(secret).status_code == 401


def test_of_many_uses_one_is_written(owner, as_actor):
    actor, (key, _), now = as_actor(owner), make_key(owner), timezone.now()
    at_once(*[lambda: note_use(ApiKey.objects.select_related("user").get(pk=key.pk), actor, now)] * MANY)
    assert AuditEvent.objects.filter(action="api_keys.used").count() == 1
