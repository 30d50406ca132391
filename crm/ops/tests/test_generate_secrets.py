"""A production environment out of nothing: complete, strong, for its owner alone, and never over another one."""

import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.core.management import CommandError, call_command
from pyrage.x25519 import Identity

from crm.core.environment import Environment, read_environment
from crm.core.signing_keys import load_signing_key, public_pem
from crm.ops.keys import RINGS

ROOT = Path(__file__).resolve().parents[3]
FILLED_IN = {
    "ALLOWED_HOSTS": "crm.example.com",
    "PUBLIC_URL": "https://crm.example.com",
    "DATABASE_URL": "postgres://vouch:unused@db.example.com:5432/vouch",
    "REDIS_URL": "rediss://cache.example.com:6379/0",
    "EMAIL_URL": "smtps://mail.example.com:465",
}


def parsed(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def printed() -> dict[str, str]:
    out = StringIO()
    call_command("generate_secrets", stdout=out)
    return parsed(out.getvalue())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    call_command("generate_secrets", output=tmp_path / "new" / "production.env", stdout=StringIO())
    return tmp_path / "new"


def test_with_hosts_and_addresses_filled_in_production_accepts_it():
    assert read_environment({**printed(), **FILLED_IN}).production


def test_every_ring_has_a_key_and_each_run_makes_others():
    first, second = printed(), printed()
    assert all(first[name] and first[name] != second[name] for name in RINGS)
    assert len({first[name] for name in RINGS}) == len(RINGS)


def test_a_pair_for_backups_fits_and_production_takes_it():
    out = StringIO()
    call_command("generate_secrets", backup_key=True, stdout=out)
    pair = parsed(out.getvalue())
    identity = Identity.from_str(pair["BACKUP_DECRYPTION_KEY"])
    assert str(identity.to_public()) == pair["BACKUP_ENCRYPTION_KEY"]
    assert read_environment({**printed(), **FILLED_IN, **pair, "BACKUP_DIR": "/srv/backups"}).production


def test_it_holds_no_name_that_nobody_reads():
    assert set(printed()) <= set(Environment.model_fields)


@pytest.mark.once
@pytest.mark.parametrize(
    "program", [["manage.py", "check", "--deploy", "--fail-level", "WARNING"], ["-c", "import crm.wsgi"]]
)
def test_production_starts_with_it_and_the_deployment_checks_are_clean(program, written, tmp_path):
    environment = {**parsed((written / "production.env").read_text()), **FILLED_IN, "DATA_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    target = tmp_path / "vouch.env"
    call_command("generate_secrets", complete="crm.example.com", output=target, stdout=StringIO())
    return target


@pytest.mark.once
@pytest.mark.parametrize(
    "program", [["manage.py", "check", "--deploy", "--fail-level", "WARNING"], ["-c", "import crm.wsgi"]]
)
def test_production_starts_with_a_complete_one_as_it_is_written(program, complete, tmp_path):
    environment = {**parsed(complete.read_text()), "DATA_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr


def test_a_complete_one_has_a_strong_password_and_its_backups_are_opened_elsewhere(complete):
    values = parsed(complete.read_text())
    assert len(urlsplit(values["DATABASE_URL"]).password) >= 32
    identity = Identity.from_str((complete.parent / "backup-identity.txt").read_text().strip())
    assert str(identity.to_public()) == values["BACKUP_ENCRYPTION_KEY"]
    assert str(identity) not in complete.read_text()


def test_what_is_to_be_otherwise_is_said_and_an_unknown_name_refused():
    out = StringIO()
    words = ["DATABASE_URL=postgres://vouch:of-their-own@db.example.com/vouch", "TIME_ZONE=Europe/Berlin"]
    call_command("generate_secrets", "--complete=crm.example.com", *(f"--set={word}" for word in words), stdout=out)
    assert [line for line in out.getvalue().splitlines() if line in words] == words
    with pytest.raises(CommandError, match="TIMEZONE"):
        call_command("generate_secrets", "--set=TIMEZONE=UTC", stdout=StringIO())


def test_as_files_no_secret_is_in_the_environment_and_production_reads_them(tmp_path, monkeypatch):
    monkeypatch.setattr("crm.ops.new_secrets.MOUNTED", str(tmp_path))
    target = tmp_path / "vouch.env"
    call_command("generate_secrets", complete="crm.example.com", output=target, files=True, stdout=StringIO())
    values = parsed(target.read_text())
    assert read_environment(values).production
    for name in (*RINGS, "DATABASE_URL", "BACKUP_ENCRYPTION_KEY"):
        file = Path(values[f"{name}_FILE"])
        assert name not in values and stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text() not in target.read_text()
    assert (tmp_path / "database_password").read_text() in (tmp_path / "database_url").read_text()


def test_the_files_are_for_their_owner_alone(written):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in written.iterdir()}
    assert modes == dict.fromkeys(("production.env", "ed25519.pem", "ed25519.pub.pem", "rsa.pem", "rsa.pub.pem"), 0o600)


def test_the_key_pairs_fit_and_the_seal_is_the_one_of_the_environment(written):
    signing = load_signing_key((written / "ed25519.pem").read_text())
    assert (written / "ed25519.pub.pem").read_text() == public_pem(signing)
    sealing = load_signing_key(parsed((written / "production.env").read_text())["AUDIT_SIGNING_KEY"])
    assert public_pem(sealing) == public_pem(signing)
    rsa = serialization.load_pem_private_key((written / "rsa.pem").read_bytes(), password=None)
    assert isinstance(rsa, RSAPrivateKey) and rsa.key_size >= 3072
    assert serialization.load_pem_public_key((written / "rsa.pub.pem").read_bytes()) == rsa.public_key()


@pytest.mark.parametrize("there", ["production.env", "rsa.pem"])
def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path, there):
    (tmp_path / there).write_text("precious")
    with pytest.raises(CommandError, match="overwritten"):
        call_command("generate_secrets", output=tmp_path / "production.env", stdout=StringIO())
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "precious"
