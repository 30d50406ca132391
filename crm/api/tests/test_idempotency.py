"""Idempotency-Key: one effect and one answer, whatever is repeated, and however many at once."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Membership
from accounts.tests.api_keys import ask, make_key
from auditlog.models import AuditEvent
from crm.api import idempotency
from crm.api.models import StoredAnswer
from crm.api.tests import parallel_posts
from customers.models import Customer

pytestmark = pytest.mark.django_db


def keyed(key="k-1"):
    return {"Idempotency-Key": key}


def test_the_same_request_again_gets_the_first_answer_and_writes_nothing(api, owner):
    session = api(owner)
    first = session.post("customers", {"name": "Once"}, **keyed())
    again = session.post("customers", {"name": "Once"}, **keyed())
    assert (first.status_code, again.status_code) == (201, 201) and first.content == again.content
    assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true"
    assert again["ETag"] == first["ETag"] and again["Content-Type"] == first["Content-Type"]
    assert Customer.objects.count() == 1 and AuditEvent.objects.filter(action="customers.created").count() == 1


def test_a_key_of_the_same_person_that_may_see_less_gets_no_answer_of_another(owner):
    (_one, reads), (_two, writes) = (
        make_key(owner, "customers:read", "customers:write"),
        make_key(owner, "customers:write", name="Write alone"),
    )
    assert ask(reads, "customers", "post", {"name": "Once"}, **keyed()).status_code == 201
    answer = ask(writes, "customers", "post", {"name": "Once"}, **keyed())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("path", "body"),
    [("customers", {"name": "Other"}), ("contacts", {"name": "Once"}), ("customers/", {"name": "Once"})],
)
def test_another_request_with_the_same_key_is_refused(api, owner, path, body):
    session = api(owner)
    session.post("customers", {"name": "Once"}, **keyed())
    answer = session.post(path, body, **keyed())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert Customer.objects.count() == 1


def test_keys_belong_to_their_actor(api, owner, teammate):
    assert api(owner).post("customers", {"name": "Once"}, **keyed()).status_code == 201
    assert api(teammate).post("customers", {"name": "Once"}, **keyed()).status_code == 201
    assert Customer.objects.count() == 2


def test_a_refusal_is_not_kept_so_that_the_key_can_be_tried_again(api, owner):
    session = api(owner)
    assert session.post("customers", {"name": ""}, **keyed()).status_code == 422
    assert not StoredAnswer.objects.exists()
    assert session.post("customers", {"name": "Once"}, **keyed()).status_code == 201


def test_after_a_day_the_key_is_free_and_the_old_answer_gone(api, owner):
    session = api(owner)
    session.post("customers", {"name": "Once"}, **keyed())
    StoredAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert session.post("customers", {"name": "Twice"}, **keyed()).status_code == 201
    assert StoredAnswer.objects.count() == 1 and Customer.objects.count() == 2


def test_who_may_no_longer_write_is_not_shown_the_stored_answer(api, owner):
    session = api(owner)
    session.post("customers", {"name": "Once"}, **keyed())
    owner.role = None
    owner.save()
    assert session.post("customers", {"name": "Once"}, **keyed()).status_code == 403


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "käse", "a b"])
def test_a_key_that_is_none_is_refused(api, owner, key):
    answer = api(owner).post("customers", {"name": "Once"}, **keyed(key))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")
    assert not Customer.objects.exists()


def test_an_effect_whose_answer_cannot_be_kept_does_not_happen(api, owner, monkeypatch):
    def fail(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(idempotency, "_keep", fail)
    assert api(owner).post("customers", {"name": "Once"}, **keyed()).status_code == 500
    assert not Customer.objects.exists() and not AuditEvent.objects.filter(action="customers.created").exists()


def test_the_key_means_nothing_on_other_methods(api, owner):
    assert api(owner).get("customers", **keyed()).status_code == 200 and not StoredAnswer.objects.exists()


def test_a_bulk_request_is_answered_once(api, owner):
    session = api(owner)
    operations = [{"op": "create", "data": {"name": f"C{at}"}} for at in range(3)]
    first, again = (session.post("customers/bulk", operations, **keyed()) for _ in range(2))
    assert first.content == again.content and Customer.objects.count() == 3


def assert_one_effect(customers: int, answers: list[tuple[int, str, str]]) -> None:
    done = [(status, body) for status, _replayed, body in answers if status == 201]
    codes = {json.loads(body)["error"]["code"] for status, _replayed, body in answers if status != 201}
    assert customers == 1 and done and len({body for _status, body in done}) == 1, answers
    assert sum(not replayed for status, replayed, _body in answers if status == 201) == 1
    assert codes <= {"idempotency_in_progress"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite; TestOnPostgreSQL asks the same of PostgreSQL")
def test_eight_at_once_on_sqlite_make_one_row_and_one_body(migrated_sqlite, tmp_path):
    file = shutil.copy(migrated_sqlite, tmp_path / "race.sqlite3")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "REDIS_URL": ""}
    program = [sys.executable, str(Path(parallel_posts.__file__))]
    run = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr[-2000:]
    told = json.loads(run.stdout.splitlines()[-1])
    assert_one_effect(told["customers"], told["answers"])


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="set DATABASE_URL to a PostgreSQL database")
@pytest.mark.django_db(transaction=True)
class TestOnPostgreSQL:
    @pytest.fixture
    def person(self, make_user, north):
        user = make_user("race@north.example")
        Membership.objects.create(user=user, team=north)
        return user

    def test_eight_at_once_make_one_row_and_one_body(self, person, sign_in):
        answers = parallel_posts.eight_at_once(lambda: sign_in(person), connections.close_all)
        assert_one_effect(Customer.objects.count(), answers)

    def test_a_running_request_makes_the_second_wait_no_longer_than_an_answer(self, person, sign_in):
        other = connection.copy()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [idempotency.lock_id(person.pk, "k-1")])
            answer = sign_in(person).post(
                "/api/v1/customers", {"name": "Once"}, content_type="application/json", headers=keyed()
            )
        other.rollback()
        other.close()
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_in_progress")
        assert not Customer.objects.exists()
