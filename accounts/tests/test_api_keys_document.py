"""What docs/api-keys.md tells people to type does what it says, against a running server."""

import re
import shlex
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import ApiKey, Application, Team
from accounts.tests.api_keys import make_key
from accounts.tests.oauth_flow import tokens_for

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api-keys.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.M | re.S)
COMMANDS = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines() if "manage.py" in line]
CURLS = [block for block in BLOCKS if "curl" in block]
TOKEN_SCOPES = "apikeys:read apikeys:write customers:read"


@pytest.mark.django_db
def test_every_command_makes_a_working_key(make_user):
    make_user("rep@demo.example", teams=(Team.objects.create(name="North"),))
    for line in COMMANDS:
        words = shlex.split(line)[2:]
        out = StringIO()
        call_command(*words, stdout=out)
        assert out.getvalue().splitlines()[-1].startswith("crm_live_")
    assert ApiKey.objects.count() == len(COMMANDS) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="left out; to have it, curl")
def test_every_call_by_curl_works(live_server, owner, sign_in, native):
    Application.objects.update(allowed_scopes=TOKEN_SCOPES)
    found, secret = make_key(owner, name="Found")
    environ = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "VOUCH": live_server.url,
        "KEY": make_key(owner, "customers:read", "customers:write")[1],
        "TOKEN": tokens_for(sign_in(owner), native, scope=TOKEN_SCOPES)["access_token"],
        "FOUND": secret,
    }
    for block in CURLS:
        done = subprocess.run(["sh", "-euc", block], env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    found.refresh_from_db()
    assert found.revoked_reason == "leaked"
    assert ApiKey.objects.filter(revoked_reason="revoked", replaced_by__isnull=False).count() == 1


def test_the_document_is_not_empty_of_examples():
    assert len(CURLS) == 3
