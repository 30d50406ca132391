"""docs/asvs.md speaks of every requirement of OWASP ASVS 5.0 up to level 2, and what it names is there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "asvs.md").read_text()
ROWS = re.findall(r"^\| (\d+)\.(\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", TEXT, re.M)
# How many requirements each chapter has at levels 1 and 2, by the published list.
CHAPTERS = {
    **{"1": 27, "2": 11, "3": 19, "4": 10, "5": 9, "6": 35, "7": 18, "8": 7, "9": 7},
    **{"10": 29, "11": 14, "12": 9, "13": 13, "14": 9, "15": 13, "16": 16, "17": 7},
}


def test_every_requirement_has_one_row():
    assert Counter(chapter for chapter, *_ in ROWS) == CHAPTERS
    assert len({(chapter, number) for chapter, number, *_ in ROWS}) == len(ROWS)


def test_each_row_has_a_state_and_a_proof_or_reason():
    assert {state for _chapter, _number, _about, state, _proof in ROWS} == {"met", "not applicable", "not met"}
    assert all(proof.strip() for *_, proof in ROWS)


def test_what_a_row_names_is_there():
    named = {path for *_, proof in ROWS for path in re.findall(r"`([\w./-]+\.(?:py|md|json|txt|toml))`", proof)}
    assert not sorted(path for path in named if not (ROOT / path).exists())
