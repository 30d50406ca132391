"""`manage.py create_api_key`: the key stands alone on the last line, and nothing is given beyond the person's role."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey
from accounts.tests.api_keys import ask
from auditlog.models import AuditEvent

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("create_api_key", *words, stdout=out)
    return out.getvalue().splitlines()


def test_the_last_line_is_the_key_and_it_works(owner):
    lines = run("--user", owner.email.upper(), "--name", "Nightly", "--scopes", "customers:read,deals:read")
    assert lines[-1].startswith("crm_live_") and lines[-1] not in lines[:-1]
    assert ask(lines[-1]).status_code == 200 and ask(lines[-1], "deals").status_code == 200
    key = ApiKey.objects.get()
    assert (key.user, key.created_by, (key.expires_at - key.created_at).days) == (owner, "system:create_api_key", 90)
    assert AuditEvent.objects.get(action="api_keys.created").actor_label == "system:create_api_key"


def test_every_option_is_kept(owner, north):
    secret = run(
        *("--user", owner.email, "--name", "Nightly", "--scopes", "customers:read"),
        *("--team", "North", "--days", "3", "--allow", "10.0.0.0/8", "--allow", "2001:db8::/32"),
    )[-1]
    key = ApiKey.objects.get()
    assert (key.team, key.allowed_networks) == (north, ["10.0.0.0/8", "2001:db8::/32"])
    assert ask(secret, address="10.1.2.3").status_code == 200 and ask(secret).status_code == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--user": "nobody@north.example"}, "Nobody"),
        ({"--scopes": "audit:manage"}, "audit:manage"),
        ({"--scopes": "nonsense"}, "nonsense"),
        ({"--scopes": "apikeys:write"}, "apikeys:write"),
        ({"--team": "South"}, "own teams"),
        ({"--team": "Nowhere"}, "Nowhere"),
        ({"--days": "366"}, "365"),
        ({"--allow": "everywhere"}, "everywhere"),
        ({"--name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(owner, south, change, said):
    words = {"--user": owner.email, "--name": "Nightly", "--scopes": "customers:read", **change}
    with pytest.raises(CommandError, match=said):
        run(*(part for pair in words.items() for part in pair))
    assert not ApiKey.objects.exists()
