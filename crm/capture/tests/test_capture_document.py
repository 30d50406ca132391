"""What docs/lead-capture.md shows works: its calls by curl against a running server, and its signature in Python."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.tests.api_keys import make_key
from crm.capture.mapping import OWN_FIELDS
from crm.capture.models import State, Submission
from crm.capture.views import inbound, public
from customers.models import Consent, Lead

DOCUMENT = (Path(__file__).parents[3] / "docs" / "lead-capture.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.M | re.S)


def test_it_names_every_field_that_can_be_asked():
    assert not [name for name in OWN_FIELDS if f"`{name}`" not in DOCUMENT]


def test_it_tells_the_limits_as_they_are():
    for door, of_source in ((public.DOOR, "300"), (inbound.DOOR, "1,200")):
        assert door.of_source == f"{of_source.replace(',', '')}/min" and f"{of_source} " in DOCUMENT
        assert f"{door.of_address.removesuffix('/min')} a minute from one address" in DOCUMENT
        assert f"{door.largest // 1024} KB" in DOCUMENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="left out; to have it, curl")
def test_every_call_works(live_server, admin, tmp_path, settings):
    settings.PUBLIC_URL = live_server.url
    key = make_key(admin, "webhooks:read", "webhooks:write", "leads:read", "leads:write")[1]
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "VOUCH": live_server.url, "KEY": key}
    done = subprocess.run(
        ["sh", "-euc", "\n".join(blocks("sh"))],
        env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert Lead.objects.get().email == "ada@engines.example" and Consent.objects.get().status == "granted"
    [source] = blocks("python")
    for _ in range(2):
        sent = subprocess.run(
            [sys.executable, "-c", source, "msg_1"], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert sent.returncode == 0 and sent.stdout.startswith("200 "), sent.stderr
        assert json.loads(sent.stdout[4:])["state"] == State.ACCEPTED
    assert Lead.objects.get(email="grace@ships.example").last_name == "Hopper"
    assert Submission.objects.count() == 2
