"""The workflows call what `make` has, may do no more than read, and together check all that `make check` does."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))

pytestmark = pytest.mark.once


def jobs() -> dict[str, dict[str, Any]]:
    return {f"{file} {name}": job for file, flow in WORKFLOWS.items() for name, job in flow["jobs"].items()}


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return list(job["steps"])


def targets_of(job: dict[str, Any]) -> set[str]:
    """`make …` of its steps, with what a matrix puts there."""
    words = {word for step in steps(job) for word in re.findall(r"^(?:sudo )?make (\S+)", step.get("run", ""), re.M)}
    in_matrix = set(
        re.findall(r"^make \${{ matrix\.(\w+) }}", "\n".join(one.get("run", "") for one in steps(job)), re.M)
    )
    of_matrix = {value for name in in_matrix for value in job["strategy"]["matrix"][name]}
    return {word for word in words if not word.startswith("$")} | of_matrix


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nobody_gets_more_than_to_read(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in WORKFLOWS[name]["jobs"].values())
    assert "pull_request_target" not in WORKFLOWS[name][True]  # YAML reads `on` as true


@pytest.mark.parametrize("name", jobs())
def test_every_job_ends_leaves_no_credentials_and_runs_what_there_is(name):
    job = jobs()[name]
    assert job["timeout-minutes"] <= 60 and job["runs-on"] == "ubuntu-24.04"
    checkouts = [step for step in steps(job) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert targets_of(job) <= TARGETS


@pytest.mark.parametrize("name", jobs())
def test_actions_are_pinned_by_commit_and_commands_take_nothing_from_strangers(name):
    for step in steps(jobs()[name]):
        if used := step.get("uses"):
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used)
        assert "github.event" not in step.get("run", "") and "github.head_ref" not in step.get("run", "")


def test_together_they_run_all_that_ci_run_does():
    of_check = set(re.search(r"^check: (.+?) ##", MAKEFILE, re.M)[1].split()) | {"test"}
    in_ci = {target for name, job in jobs().items() if name.startswith("ci.yml") for target in targets_of(job)}
    said = (ROOT / ".ci/run").read_text()
    assert of_check | {"faults"} == in_ci
    assert re.findall(r"make (\w+)$", said, re.M) == ["check", "faults"]
    assert "FAULTS_SCALE=0.05" in said and faults_of("ci.yml")["env"] == {"FAULTS_SCALE": "0.05"}


def faults_of(file: str) -> dict[str, Any]:
    return next(step for step in steps(WORKFLOWS[file]["jobs"]["faults"]) if step.get("run") == "make faults")


def test_they_install_what_ci_run_installs():
    """Beside what a runner has, and the servers that run there as services."""
    installed = " ".join(step.get("run", "") for step in steps(WORKFLOWS["ci.yml"]["jobs"]["test"])).split()
    wanted = re.findall(r'wanted="\$wanted ([^"]+)"', (ROOT / ".ci/run").read_text())
    of_the_runner = {
        "postgresql",
        "redis-server",
        "chromium",
        "python3-venv",
        "nodejs",
        "npm",
        "make",
        "openssh-client",
    }
    assert {name for names in wanted for name in names.split()} - of_the_runner <= set(installed)


def test_what_takes_longer_runs_at_night():
    nightly = {target for name, job in jobs().items() if name.startswith("nightly") for target in targets_of(job)}
    assert {"drill", "install-drill", "audit"} <= nightly


def test_images_are_built_searched_and_listed():
    used = " ".join(step.get("uses", "") + step.get("run", "") for step in steps(jobs()["image.yml image"]))
    assert "docker build" in used and "trivy-action" in used and "sbom-action" in used


def test_dependabot_looks_at_packages_actions_and_images():
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    assert {one["package-ecosystem"] for one in updates} == {"pip", "github-actions", "docker", "docker-compose"}
