"""The client of the protocol's own authors, under Node, does with each revision what an agent does."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from accounts.tests.api_keys import make_key
from accounts.tests.node_programs import installed
from crm.agents.kinds import READS

pytestmark = [pytest.mark.node, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed("node_client", tmp_path_factory, Path(__file__).parent)


def test_the_official_client_finds_lists_and_reads(live_server: Any, settings: Any, folder: Path, owner, records):
    settings.PUBLIC_URL = live_server.url
    acme = records["customers"]
    given = {"url": f"{live_server.url}/mcp", "key": make_key(owner, *READS)[1], "id": str(acme.pk)}
    command = ["node", "reads.mjs", json.dumps(given)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    for way, version in (("handshake", "2025-11-25"), ("stateless", "2026-07-28")):
        found = said[way]
        assert (found["version"], found["server"]) == (version, "vouch")
        assert found["tools"] == ["search", "list_records", "get_record", "record_timeline"]
        assert set(found["found"]) == set(records) and found["listed"] == [acme.name] == [found["name"]]
        assert found["refused"] == [True, "invalid_arguments"] and found["unknown"] == -32602
    assert said["token"] == f"{live_server.url}/auth/token" and said["stranger"] == 401
