"""What docs/mcp.md tells people to type does what it says, against a running server, and its tables are the code's."""

import json
import re
import shlex
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from accounts.models import Team
from accounts.tests.api_keys import make_key
from crm.agents import errors
from crm.agents.kinds import KINDS, READS
from crm.agents.messages import LARGEST
from crm.agents.toolbox import TOOLS
from crm.agents.versions import SPOKEN

DOCUMENT = (Path(__file__).parents[3] / "docs" / "mcp.md").read_text()
COMMANDS, CURLS = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.M | re.S)
ROWS = re.findall(r"^\| (-\d{5}) \| (.*?) \| [\d]{3}", DOCUMENT, re.M)


@pytest.mark.django_db
def test_the_command_makes_a_key_that_opens_the_door(make_user: Any, client: Any) -> None:
    make_user("rep@demo.example", teams=(Team.objects.create(name="North"),))
    out = StringIO()
    call_command(*shlex.split(COMMANDS)[2:], stdout=out)
    config = json.loads(re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.M | re.S)[0])["mcpServers"]["vouch"]
    key = out.getvalue().split()[-1]
    headers = {name: value.replace("${VOUCH_KEY}", key) for name, value in config["headers"].items()}
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": SPOKEN[0]}}
    answer = client.post(urlsplit(config["url"]).path, initialize, content_type="application/json", headers=headers)
    assert answer.status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="left out; to have it, curl")
def test_every_call_by_curl_works(live_server: Any, owner: Any, records: Any) -> None:
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "VOUCH": live_server.url, "KEY": make_key(owner, *READS)[1]}
    done = subprocess.run(["sh", "-euc", CURLS], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "get_record" in done.stdout and "Acme Lanterns" in done.stdout and "authorization_servers" in done.stdout


def test_the_tables_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \|", DOCUMENT, re.M))
    takes = {name: re.findall(r"\w+", text) for name, text in rows.items()}
    assert takes == {name: list(tool.schema([])["properties"]) for name, tool in TOOLS.items()}
    (kinds,) = re.findall(r"^Kinds are (.*)$", DOCUMENT, re.M)
    assert re.findall(r"`(\w+)`", kinds) == list(KINDS)
    assert all(f"`{version}`" in DOCUMENT for version in SPOKEN) and f"{LARGEST // 1000} kB" in DOCUMENT


def test_every_json_rpc_error_is_told_with_its_number() -> None:
    told = {(int(number), code) for number, codes in ROWS for code in re.findall(r"`(\w+)`", codes)}
    ours = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.RpcError)}
    named = {(one.number, one.code) for one in ours - {errors.RpcError, errors.Unreadable}}
    assert named | {(-32700, "malformed_json"), (-32700, "nul_character")} == told - {(-32022, "supported")}
