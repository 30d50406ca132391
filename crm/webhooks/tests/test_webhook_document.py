"""What docs/webhooks.md shows works: its calls by curl against a running server, its verification, its example."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts.tests.api_keys import make_key
from crm.outbox.draining import drain
from crm.webhooks.catalogue import every_type
from crm.webhooks.models import Webhook
from customers import services as customers

DOCUMENT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.M | re.S)


def example():
    """The function of the document."""
    [source] = blocks("python")
    names = {}
    exec(compile(source, "docs/webhooks.md", "exec"), names)
    return names["verified"]


@pytest.mark.django_db
def test_the_verification_accepts_what_is_ours_and_nothing_else(hook, customer, receiver, send):
    verified = example()
    _webhook, secret = hook()
    customer()
    send()
    [got] = receiver.got
    assert verified(secret, got.headers, got.body)
    assert not verified(secret, got.headers, got.body + b" ")
    assert not verified("whsec_" + "A" * 43 + "=", got.headers, got.body)
    assert not verified(secret, {**got.headers, "webhook-id": "another"}, got.body)
    assert not verified(secret, {**got.headers, "webhook-timestamp": "1700000000"}, got.body)


@pytest.mark.django_db
def test_a_delivery_has_the_members_of_the_example(hook, actor, customer, receiver, send):
    [shown] = blocks("json")
    promised = json.loads(shown)
    hook(events=["customer.updated"])
    acme = customer(status="prospect")
    customers.customer_update(actor, acme.pk, status="active")
    send()
    said = receiver.got[0].said
    assert set(said) == set(promised) and set(said["data"]) == set(promised["data"])
    assert said["data"]["changes"] == promised["data"]["changes"]
    for name in ("object", "by"):
        assert set(said["data"][name]) == set(promised["data"][name])
    assert said["type"] == promised["type"] and promised["type"] in every_type()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="left out; to have it, curl")
def test_every_call_by_curl_works(live_server, admin, receiver, tmp_path):
    key = make_key(admin, "webhooks:read", "webhooks:write", "customers:read", "deals:read")[1]
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "VOUCH": live_server.url, "KEY": key, "RECEIVER": receiver.url}
    script = "\n".join(blocks("sh"))
    done = subprocess.run(["sh", "-euc", script], env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    made = json.loads((tmp_path / "webhook.json").read_text())
    assert made["secret"] == Webhook.objects.get().secret
    drain(kinds=["webhook"])
    assert receiver.types() == ["webhook.test"] and example()(
        made["secret"], receiver.got[0].headers, receiver.got[0].body
    )
    assert '"replayed":0' in done.stdout
