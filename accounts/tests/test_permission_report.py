"""`manage.py permission_report` says who can do what, as the rules themselves see it."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role
from accounts.tests.oauth_flow import tokens_for

pytestmark = pytest.mark.django_db


def report(**options) -> str:
    out = StringIO()
    call_command("permission_report", stdout=out, **options)
    return out.getvalue()


def rows(**options):
    return list(csv.DictReader(StringIO(report(shape="csv", **options))))


def test_each_person_each_permission_with_its_reach(owner, superadmin):
    found = {(row["person"], row["permission"]): row for row in rows()}
    own = found[owner.email, "customers:delete"]
    assert (own["role"], own["reach"], own["teams"], own["credential"]) == ("sales_rep", "own", "North", "session")
    assert found[superadmin.email, "users:delete"]["reach"] == "all"
    assert (owner.email, "users:delete") not in found


def test_an_application_shows_what_role_and_scopes_leave(sign_in, owner, native):
    tokens_for(sign_in(owner), native)
    through = {row["permission"]: row["reach"] for row in rows(user=owner.email) if row["credential"] != "session"}
    assert through == {"customers:read": "team", "deals:write": "team"}


def test_who_is_deactivated_or_without_a_role_may_do_nothing(owner, teammate):
    owner.is_active, teammate.role = False, None
    owner.save()
    teammate.save()
    assert {(row["person"], row["state"], row["permission"]) for row in rows()} == {
        (owner.email, "deactivated", ""),
        (teammate.email, "active", ""),
    }


def test_as_text_for_one_person(owner, superadmin):
    text = report(user="OWNER@north.example")
    assert "owner@north.example  active  role: sales_rep  teams: North" in text
    assert "super@" not in text and "own  activities:delete" in text


def test_nobody_by_that_name_is_a_failure(owner):
    with pytest.raises(CommandError):
        report(user="nobody@north.example")


def test_a_formula_in_a_name_is_defused(owner, north):
    north.name = "=cmd()"
    north.save()
    assert rows(user=owner.email)[0]["teams"] == "'=cmd()"


def test_a_role_that_was_changed_shows_at_once(owner):
    Role.objects.filter(name="sales_rep").update(grants={"deals:read": "all"})
    assert [(row["permission"], row["reach"]) for row in rows(user=owner.email)] == [("deals:read", "all")]
