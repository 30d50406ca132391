"""docs/api-errors.md lists every error code of the code base with its status, and none that does not exist."""

import re

import pytest

from tests.error_codes import ROOT, answer_codes, detail_codes

pytestmark = pytest.mark.once
DOCUMENT = (ROOT / "docs" / "api-errors.md").read_text()


def test_every_answer_is_documented_with_its_status():
    documented = {(code, int(status)) for code, status in re.findall(r"^\| `([\w.]+)` \| (\d{3}) \|", DOCUMENT, re.M)}
    assert documented == answer_codes()


def test_every_field_code_is_documented():
    assert set(re.findall(r"^\| `([\w.]+)` \| [^\d]", DOCUMENT, re.M)) == detail_codes()


def test_the_walk_finds_codes_in_every_form_they_are_written():
    found = answer_codes()
    assert {("stale_version", 412), ("session_required", 403), ("bulk_failed", 422), ("out_of_range", 400)} <= found
    assert {"cycle", "invalid_currency", "unknown_time_zone"} <= detail_codes()
