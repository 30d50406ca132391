"""A second client library, from another world: openid-client under Node does whatever the metadata announces."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from accounts.models import Application, User
from accounts.tests.node_programs import installed
from accounts.tests.test_oauth_over_http import person_allows

pytestmark = [pytest.mark.node, pytest.mark.django_db(transaction=True)]

REDIRECT = "http://127.0.0.1:49152/callback"
SCOPE = "customers:read"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed("node_client", tmp_path_factory)


def said(folder: Path, given: dict[str, Any], person: User) -> Iterator[dict[str, Any]]:
    """What the program says; where it asks for a person, the person allows."""
    command = ["node", "flow.mjs", json.dumps(given)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, text=True, **pipes) as process:
        for line in process.stdout:
            words = json.loads(line)
            if "ask" in words:
                process.stdin.write(person_allows(words["ask"], person) + "\n")
                process.stdin.flush()
            else:
                yield words
        assert process.wait(timeout=30) == 0, process.stderr.read()


def named(client: Application, secret: str = "") -> dict[str, str]:
    return {"id": client.client_id, "secret": secret}


def test_openid_client_does_all_that_the_metadata_announces(
    live_server: Any, settings: Any, folder: Path, owner: User, native: Application, confidential: Any, robot: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    given = {"issuer": live_server.url, "redirect": REDIRECT, "scope": SCOPE, "native": named(native)}
    given |= {"confidential": named(*confidential), "robot": named(*robot)}
    done = list(said(folder, given, owner))
    metadata = requests.get(f"{live_server.url}/.well-known/oauth-authorization-server").json()
    assert {one for words in done for one in words["done"]} == set(metadata["grant_types_supported"])
    assert {words["way"] for words in done} == set(metadata["token_endpoint_auth_methods_supported"])
    assert {words["person"] for words in done if "person" in words} == {owner.email}
    assert {words["scope"] for words in done} == {SCOPE}
    assert done[-1]["status"] == 200
