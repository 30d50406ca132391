"""The image, the Compose file, the units and the manifests: what they name exists, and what they run starts."""

import compileall
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import get_commands

from crm.celery import QUEUE_OF
from crm.core.environment import Environment
from crm.ops.jobs import QUEUES
from crm.ops.new_secrets import LAYOUTS, as_files, fresh_secrets
from tests.production import production_environment
from tests.serving import free_port, get, stopped, waited_for

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("vouch:")}
UNITS = sorted((ROOT / "deploy" / "systemd").glob("vouch*.*"))
MANIFESTS = [
    one
    for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text())
]
NAMES = {spelling for name in Environment.model_fields for spelling in (name, f"{name}_FILE")}
WORKER_QUEUES = {*QUEUES, *QUEUE_OF.values(), "housekeeping"}

pytestmark = pytest.mark.once


def instructions(text: str) -> list[tuple[str, str]]:
    """`RUN`, `COPY` … with what follows, lines that go on joined."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())]


def of(word: str) -> list[str]:
    return [rest for instruction, rest in instructions(DOCKERFILE) if instruction == word]


def command_of_image() -> list[str]:
    return json.loads(of("CMD")[-1])


def health_of_image() -> list[str]:
    return json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])


class TestImage:
    def test_it_runs_as_nobody_in_particular_and_tells_how_it_is(self):
        user = of("USER")[-1].split(":")
        assert len(user) == 2 and all(int(number) >= 10_000 for number in user)
        assert health_of_image() and command_of_image()

    def test_its_base_has_a_tag_of_an_exact_minor_version(self):
        bases = {*of("ARG"), *(rest for rest in of("FROM") if "${" not in rest)}
        assert bases and all(re.search(r":3\.\d+-slim-\w+$", base) for base in bases)

    def test_packages_are_checked_by_their_hashes_and_lists_do_not_stay(self):
        assert any("--require-hashes" in line and "--no-deps" in line for line in of("RUN"))
        assert all("rm -rf /var/lib/apt/lists" in line for line in of("RUN") if "apt-get" in line)

    def test_nothing_is_fetched_from_elsewhere_and_no_secret_is_built_in(self):
        assert not of("ADD") and not re.search(r"curl|wget|git clone", DOCKERFILE)
        assert not [name for name in NAMES if re.search(rf"\b{name}=", " ".join(of("ENV"))) and name != "DATA_DIR"]

    def test_what_is_copied_is_there_and_let_through(self):
        sources = [rest.split()[0] for rest in of("COPY") if not rest.startswith("--from")]
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        assert all((ROOT / source).exists() and f"!{source}" in ignored for source in sources)
        assert "*" in ignored and "**/tests" in ignored


def copied_as_the_image_has_it(folder: Path) -> None:
    for rest in of("COPY"):
        source, target = rest.split()[-2:]
        if target.startswith("/opt/vouch") and not rest.startswith("--from"):
            place = folder / target.removeprefix("/opt/vouch").lstrip("/")
            place = place / source if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            ignored = shutil.ignore_patterns("tests", "__pycache__", "*.pyc")
            shutil.copytree(ROOT / source, place, ignore=ignored) if (ROOT / source).is_dir() else shutil.copy2(
                ROOT / source, place
            )


# Root may write everywhere unless it loses its capabilities, which compose.yaml takes away, too.
CONFINED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, Path]]:
    """The code that the image has, which nobody can write, and a folder for data."""
    folder = Path(tempfile.mkdtemp(prefix="vouch-image-"))
    folder.chmod(0o755)
    code, data = folder / "code", folder / "data"
    copied_as_the_image_has_it(code)
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    compileall.compile_dir(code, quiet=2)
    for path in [code, *code.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield code, data
    for path in [code, *code.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def environment_in(data: Path) -> dict[str, str]:
    bin_of_venv = str(Path(sys.executable).parent)
    return production_environment(DATA_DIR=str(data), PATH=f"{bin_of_venv}:/usr/bin:/bin", PYTHONDONTWRITEBYTECODE="1")


def test_the_commands_of_the_image_run_where_code_cannot_be_written(place):
    """Static files are collected, the server starts, and the health check passes, then fails."""
    code, data = place
    before, environment = sorted(code.rglob("*")), environment_in(data)
    writing = [*CONFINED, sys.executable, "-c", f"open({str(code / 'written')!r}, 'w')"]
    assert subprocess.run(writing, check=False, capture_output=True).returncode == 1
    started = {"cwd": code, "env": environment}
    # Hashing and compressing them takes longer than everything else here.
    collected = ["python", "manage.py", "collectstatic", "--noinput", "--no-post-process", "--verbosity", "0"]
    subprocess.run([*CONFINED, *collected], **started, check=True, capture_output=True, timeout=300)
    assert (data / "static" / "css").exists()
    port = free_port()
    command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in command_of_image()]
    server = subprocess.Popen([*CONFINED, *command], **started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    probe = [*CONFINED, *health_of_image(), str(port)]
    try:
        waited_for(server, port, host="crm.example.com")
        assert subprocess.run(probe, **started, check=False, timeout=60).returncode == 0
        assert get(port, "/health/live", host="stranger.example.com").status == 400
    finally:
        stopped(server)
    assert server.returncode == 0
    assert subprocess.run(probe, **started, check=False, timeout=60).returncode == 1
    assert sorted(code.rglob("*")) == before


class TestCompose:
    def test_every_image_has_a_tag(self):
        assert all(re.fullmatch(r"(postgres|redis):\d+-\w+|caddy:\d+|vouch:\$\{\w+:-\w+\}", one["image"])
                   for one in SERVICES.values())  # fmt: skip

    @pytest.mark.parametrize("name", SERVICES)
    def test_each_is_confined(self, name):
        service = SERVICES[name]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service.get("read_only") or name == "database"
        assert service.get("cap_drop") == ["ALL"] or name in ("database", "cache", "broker")
        assert not service.get("privileged") and not service.get("network_mode")

    def test_only_the_proxy_can_be_reached_from_outside(self):
        assert [name for name, one in SERVICES.items() if one.get("ports")] == ["proxy"]
        assert COMPOSE["networks"]["inside"]["internal"] is True
        assert all(SERVICES[name]["networks"] == ["inside"] for name in ("database", "cache", "broker"))

    def test_cache_and_broker_are_two_with_the_policies_of_their_kind(self):
        cache, broker = (" ".join(SERVICES[name]["command"]) for name in ("cache", "broker"))
        assert "allkeys-lru" in cache and "--appendonly no" in cache
        assert "noeviction" in broker and "--appendonly yes" in broker

    def test_each_waits_for_what_it_needs(self):
        for name in set(OURS) - {"migrate"}:
            waits = SERVICES[name]["depends_on"]
            assert waits["migrate"]["condition"] == "service_completed_successfully"
            assert all(SERVICES[other].get("healthcheck") for other in waits if other != "migrate")
        assert SERVICES["proxy"]["depends_on"] == {"web": {"condition": "service_healthy"}}

    def test_secrets_are_the_files_that_generate_secrets_writes(self, tmp_path):
        values = fresh_secrets_of("compose")
        set_names, files = as_files(values, tmp_path)
        declared = COMPOSE["secrets"]
        assert {Path(one["file"]).name for one in declared.values()} == {path.name for path in files}
        assert all(Path(one["file"]) == Path("secrets") / name for name, one in declared.items())
        mounted = {Path(value).name for name, value in set_names.items() if name.endswith("_FILE")}
        assert all(mounted == set(service["secrets"]) for service in OURS.values())

    def test_hosts_and_networks_are_those_of_the_environment(self):
        values = LAYOUTS["compose"]("crm.example.com", "age1")
        urls = [values[name] for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")]
        assert {re.search(r"(?:@|//)(\w+):\d+/", url)[1] for url in urls} <= set(SERVICES)
        subnets = [network["ipam"]["config"][0]["subnet"] for network in COMPOSE["networks"].values()]
        assert values["TRUSTED_PROXIES"].split(",") == subnets

    def test_names_of_the_environment_are_ours(self):
        given = {name for service in OURS.values() for name in service.get("environment", {})}
        assert given - {"REMAP_SIGTERM"} <= NAMES

    def test_every_queue_has_a_worker(self):
        commands = [service.get("command", []) for service in OURS.values()]
        assert queues_in(commands) == WORKER_QUEUES


def fresh_secrets_of(layout: str) -> dict[str, str]:
    return {**fresh_secrets(Ed25519PrivateKey.generate()), **LAYOUTS[layout]("crm.example.com", "age1x")}


def queues_in(commands: list[list[str]]) -> set[str]:
    return {queue for words in commands if "-Q" in words for queue in words[words.index("-Q") + 1].split(",")}


def programs() -> dict[str, list[str]]:
    """Every command of ours that Compose, systemd or Kubernetes starts."""
    found = {f"compose {name}": one["command"] for name, one in OURS.items() if "command" in one}
    for unit in filter(Path.is_file, UNITS):
        for line in re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.M):
            found[f"systemd {unit.name}"] = shlex.split(line.replace("/opt/vouch/.venv/bin/", ""))
    for manifest in MANIFESTS:
        for container in containers_of(manifest):
            found[f"kubernetes {manifest['metadata']['name']} {container['name']}"] = container["command"]
    return found


def containers_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    spec = manifest.get("spec", {})
    pod = spec.get("jobTemplate", {}).get("spec", spec).get("template", {}).get("spec", {})
    return [*pod.get("containers", []), *pod.get("initContainers", [])]


@pytest.mark.parametrize(("where", "words"), programs().items(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_command_is_one_that_there_is(where, words):
    if words[0] == "sh":
        parts = [shlex.split(part) for part in words[2].split("&&")]
        assert all(part[:2] == ["python", "manage.py"] and part[2] in get_commands() for part in parts)
    elif words[0] == "python":
        assert words[1] == "manage.py" and words[2] in get_commands()
    elif words[0] == "gunicorn":
        assert words[1:4] == ["crm.wsgi", "--config", "deploy/gunicorn.conf.py"]
    else:
        assert words[:3] == ["celery", "-A", "crm.celery"] and words[3] in ("worker", "beat")
        assert queues_in([words]) <= WORKER_QUEUES


def test_gunicorn_takes_its_configuration():
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--config", "deploy/gunicorn.conf.py", "--check-config"]
    environment = {**os.environ, "ENVIRONMENT": "testing"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr


class TestSystemd:
    def test_every_queue_has_a_worker(self):
        commands = [words for where, words in programs().items() if where.startswith("systemd")]
        assert queues_in(commands) == WORKER_QUEUES

    def test_the_target_starts_every_service(self):
        wanted = re.search(r"^Wants=(.+)$", (ROOT / "deploy/systemd/vouch.target").read_text(), re.M)[1].split()
        started = {re.sub(r"@\d", "@", name) for name in wanted}
        assert started == {unit.name for unit in UNITS if unit.suffix == ".service"} and len(wanted) == len(started) + 1

    def test_it_is_told_by_the_worker_that_has_the_application(self, tmp_path):
        """Not by its master, which has none yet: of two servers the second would be stopped while the first loads."""
        slow = "import pathlib, time\ntime.sleep(1)\npathlib.Path('loaded').touch()\napp = print\n"
        (tmp_path / "slow.py").write_text(slow)
        command = [sys.executable, "-m", "gunicorn", "slow:app", "--config", str(ROOT / "deploy/gunicorn.conf.py")]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
            ears.bind(str(tmp_path / "notify"))
            ears.settimeout(60)
            environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
            server = subprocess.Popen([*command, "--bind", "127.0.0.1:0"], cwd=tmp_path, env=environment, **quiet)
            try:
                assert ears.recv(100) == b"READY=1" and (tmp_path / "loaded").exists()
            finally:
                stopped(server)

    def test_both_web_servers_are_behind_the_one_socket(self):
        service = (ROOT / "deploy/systemd/vouch-web@.service").read_text()
        assert {"Sockets=vouch-web.socket", "Type=notify", "NotifyAccess=all"} <= set(service.splitlines())
        assert "Service=vouch-web@1.service" in (ROOT / "deploy/systemd/vouch-web.socket").read_text()

    def test_the_worker_that_verifies_is_given_the_identity_under_a_name_of_ours(self):
        text = (ROOT / "deploy/verifying.conf").read_text()
        name, credential = re.search(r"^Environment=(\w+)=%d/(.+)$", text, re.M).groups()
        assert name in NAMES and f"LoadCredential={credential}:/etc/vouch/" in text
        assert "backups" in queues_in([programs()["systemd vouch-reports.service"]])

    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
    def test_systemd_takes_them(self, tmp_path):
        for unit in UNITS:
            copied = tmp_path / unit.name
            if unit.is_dir():
                shutil.copytree(unit, copied)
                continue
            bin_of_venv = Path(sys.executable).parent
            copied.write_text(unit.read_text().replace("/opt/vouch/.venv/bin/", f"{bin_of_venv}/"))
        units = [str(tmp_path / unit.name) for unit in UNITS if not unit.is_dir()]
        environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:/lib/systemd/system"}
        command = ["systemd-analyze", "verify", "--recursive-errors=no", *units]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        said = [line for line in ran.stderr.splitlines() if "vouch" in line]
        assert ran.returncode == 0 and not said, ran.stderr


class TestProxies:
    """Checked by the programs themselves where they are installed."""

    @pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx")
    def test_nginx_takes_its_configuration(self, tmp_path):
        key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=crm.example.com"]
        files = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
        subprocess.run([*key, *files], check=True, capture_output=True)
        text = (ROOT / "deploy/nginx/vouch.conf").read_text()
        (tmp_path / "vouch.conf").write_text(text.replace("/etc/letsencrypt/live/crm.example.com", str(tmp_path)))
        main = f"events {{}}\npid {tmp_path}/pid;\nhttp {{ access_log off; include {tmp_path}/vouch.conf; }}\n"
        (tmp_path / "nginx.conf").write_text(main)
        command = ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr

    @pytest.mark.skipif(not shutil.which("caddy"), reason="needs Caddy")
    def test_caddy_takes_its_configuration(self, tmp_path):
        command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/caddy/Caddyfile")]
        environment = {**os.environ, "HOME": str(tmp_path)}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr

    @pytest.mark.parametrize("path", ["deploy/nginx/vouch.conf", "deploy/caddy/Caddyfile"])
    def test_both_lead_to_where_the_server_listens_and_let_documents_through(self, path):
        text = (ROOT / path).read_text()
        assert "127.0.0.1:8000" in text and re.search(r"max_(body_)?size 50m", text, re.I)
        assert "ListenStream=127.0.0.1:8000" in (ROOT / "deploy/systemd/vouch-web.socket").read_text()


class TestKubernetes:
    def test_every_pod_is_confined(self):
        for manifest in MANIFESTS:
            for container in containers_of(manifest):
                context = container["securityContext"]
                assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
                assert context["capabilities"] == {"drop": ["ALL"]}
                assert container["resources"]["requests"] and container["image"].startswith("vouch:")

    def test_the_web_is_taken_out_before_it_stops(self):
        web = next(one for one in MANIFESTS if one["kind"] == "Deployment" and one["metadata"]["name"] == "vouch-web")
        pod = web["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert web["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert pod["terminationGracePeriodSeconds"] > 40 and container["lifecycle"]["preStop"]

    def test_every_queue_has_a_worker(self):
        commands = [words for where, words in programs().items() if where.startswith("kubernetes")]
        assert queues_in(commands) == WORKER_QUEUES

    def test_names_of_the_environment_are_ours(self):
        config = [one for one in MANIFESTS if one["kind"] in ("ConfigMap", "Secret")]
        given = {name for one in config for name in {**one.get("data", {}), **one.get("stringData", {})}}
        assert given and given <= NAMES
