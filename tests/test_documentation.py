"""What the documents tell people to type and to open exists."""

import re
import shlex
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class

from accounts.tests.second_factor import connect_app
from auditlog.sealing import seal_pending
from benchmarks.install.pages import Step, steps
from crm.core.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")})
PRESENT = [path for path in DOCUMENTS if path.exists()]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
MAKE = re.compile(r"(?:^|`|\$ |&& )(?:[A-Z_]+=\S+ )*make ([a-z-]+)", re.M)
MANAGE = re.compile(r"(?:manage\.py|^vouch|`vouch|&& vouch) ([a-z_]+)((?: --[a-z-]+)*)", re.M)
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


@pytest.fixture
def at_night(db, make_user, tmp_path, monkeypatch, settings):
    """The accounts that the page names, one with a second factor, and a trail that is sealed."""
    monkeypatch.chdir(tmp_path)
    settings.MEDIA_ROOT, settings.BACKUP_DIR = tmp_path / "media", tmp_path / "backups"
    make_user("rep@demo.example")
    connect_app(make_user("admin@demo.example", "superadmin"))
    seal_pending()


def test_every_command_of_the_page_about_incidents_works(at_night):
    """In the order they stand there."""
    text = (ROOT / "docs" / "incidents.md").read_text()
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    assert len(lines) >= 10 and all(line.startswith("python manage.py ") for line in lines)
    for line in lines:
        call_command(*shlex.split(line)[2:], stdout=StringIO(), stderr=StringIO())


PATHS = re.compile(r"\bdeploy/[\w./*-]*\w\*?")


@pytest.mark.parametrize("page", ["deployment.md", "backups.md"])
def test_every_file_that_is_to_be_copied_is_there(page):
    found = set(PATHS.findall((ROOT / "docs" / page).read_text()))
    assert found and all(list(ROOT.glob(path)) for path in found)


def test_packages_units_and_names_of_the_deployment_page_are_those_that_are_shipped():
    text = (ROOT / "docs" / "deployment.md").read_text()
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    named = set(re.findall(r"\bvouch(?:-[a-z]+)?\.(?:service|socket|target)\b", text))
    restarted = re.findall(r"^systemctl restart (vouch.+)", (ROOT / "docs" / "upgrading.md").read_text(), re.M)
    services = {re.sub(r"@\d", "@", f"{one}.service") for line in restarted for one in line.split()}
    assert named <= units and services == {one for one in units if one.endswith(".service")}
    assert set(re.findall(r"`([A-Z]+_[A-Z0-9_]+)`", text)) <= set(Environment.model_fields)


DEPLOYMENT = steps("deployment.md", r"\d+\. ")


@pytest.mark.parametrize("step", DEPLOYMENT, ids=lambda step: step.title)
def test_each_step_of_a_deployment_can_begin_in_a_new_shell(step: Step):
    """`make install-drill` follows them on an empty machine; what stands in the repository is found from anywhere."""
    text = "\n".join(step.commands)
    for found in re.finditer(r"(?<![\w/])(deploy|\.venv)/", text):
        assert "cd /opt/vouch" in text[: found.start()]


def test_a_certificate_is_renewed_while_nginx_serves():
    """What certbot writes is what nginx shows, and nginx takes what certbot got."""
    (command,) = (one for step in DEPLOYMENT for one in step.commands if one.startswith("certbot "))
    words = shlex.split(command)
    root = re.search(r"acme-challenge/ \{ root (\S+); \}", (ROOT / "deploy/nginx/vouch.conf").read_text())[1]
    assert words[words.index("--webroot-path") + 1] == root
    assert words[words.index("--deploy-hook") + 1] == "systemctl reload nginx"


def test_a_release_goes_in_over_a_backup_that_was_verified():
    """As upgrade_check asks for it."""
    (step,) = steps("upgrading.md", "One machine")
    order = [next(n for n, one in enumerate(step.commands) if word in one) for word in UPGRADE]
    assert order == sorted(order)


UPGRADE = ("vouch backup", "vouch backup_verify", "vouch upgrade_check", "vouch migrate", "restart vouch-web@1")
