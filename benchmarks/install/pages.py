"""The commands of the documents, in their order: what is run is what people read."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n?)*)", re.M)
BLOCK = re.compile(r"^```(?:sh)?\n(.*?)^```", re.M | re.S)
NUMBERED = r"\d+\. "


@dataclass(frozen=True)
class Step:
    """A section of a page; whoever comes to it may have a new shell."""

    title: str
    commands: list[str]


def steps(page: str, titles: str, **names: str) -> list[Step]:
    """Of the sections whose title begins as `titles` (a regular expression); `names` are what readers put in."""
    found = SECTION.findall((ROOT / "docs" / page).read_text())
    return [Step(title, commands(text, names)) for title, text in found if re.match(titles, title)]


def commands(text: str, names: dict[str, str]) -> list[str]:
    """A line each; one that ends in a backslash goes on in the next."""
    lines = re.sub(r"\\\n\s*", "", "".join(BLOCK.findall(text))).splitlines()
    return [replaced(line, names) for line in lines if line.strip() and not line.startswith("#")]


def replaced(line: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        line = line.replace(name, value)
    return line
