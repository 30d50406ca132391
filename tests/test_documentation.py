"""What the documents tell people to type and to open exists."""

import re
import shlex
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")})
PRESENT = [path for path in DOCUMENTS if path.exists()]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
MAKE = re.compile(r"(?:^|`|\$ |&& )(?:[A-Z_]+=\S+ )*make ([a-z-]+)", re.M)
MANAGE = re.compile(r"manage\.py ([a-z_]+)((?: --[a-z-]+)*)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_make_target_exists(path):
    assert set(MAKE.findall(path.read_text())) <= TARGETS


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_command_exists_with_its_options(path):
    commands = get_commands()
    for command, options in MANAGE.findall(path.read_text()):
        assert command in commands, command
        app = commands[command]
        loaded = app if not isinstance(app, str) else load_command_class(app, command)
        assert set(options.split()) <= set(loaded.create_parser("manage.py", command)._option_string_actions), command


@pytest.mark.parametrize("path", PRESENT, ids=name)
def test_every_link_inside_the_repository_leads_somewhere(path):
    assert not [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]


def test_every_make_target_is_explained():
    unexplained = re.findall(r"^([a-z-]+):(?!.*## )", (ROOT / "Makefile").read_text(), re.M)
    assert not unexplained


BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


@pytest.mark.django_db
def test_every_command_of_the_page_about_keys_works(tmp_path, monkeypatch):
    """In the order they stand there, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    lines = [line for block in BLOCK.findall((ROOT / "docs" / "keys.md").read_text()) for line in block.splitlines()]
    assert len(lines) >= 5
    for line in lines:
        program, *arguments = shlex.split(line)
        if program == "python":
            call_command(*arguments[1:], stdout=StringIO())
        elif shutil.which(program):
            subprocess.run([program, *arguments], check=True, capture_output=True)
