"""Alert rules and dashboard ask for what /metrics has, and each alert leads to a heading that says what to do."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from auditlog.sealing import seal_pending
from auditlog.services import record
from crm.core.actor import Actor
from crm.ops.metrics.figures import figures

ROOT = Path(__file__).resolve().parent.parent
MONITORING = ROOT / "deploy" / "monitoring"
RULES = [rule for group in yaml.safe_load((MONITORING / "vouch.rules.yml").read_text())["groups"]
         for rule in group["rules"]]  # fmt: skip
PANELS = json.loads((MONITORING / "vouch.dashboard.json").read_text())["panels"]
ASKED = re.compile(r"\bvouch_\w+")
# Of what only exists where it applies.
ON_POSTGRESQL = {"connections", "connections_limit", "lock_waits", "oldest_transaction_seconds"}
TOKEN = "a-token-of-this-test-alone-0123456789"
LABEL = re.compile(r"\b(\w+)(?:=~?|!=)\"|by \(([\w, ]+)\)")


@pytest.fixture
def told(client, settings):
    """Metric → its labels, as a scrape gets them."""
    settings.METRICS_TOKEN, settings.BACKUP_IS_SET = TOKEN, True
    record(Actor.system("tests"), "customers.updated")
    seal_pending()
    client.get("/customers/")
    client.get("/api/v1/customers")
    figures.forget()
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    figures.forget()
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        labels = {label for one in family.samples for label in one.labels}
        for name in {family.name, f"{family.name}_total", *(one.name for one in family.samples)}:
            found.setdefault(name, set()).update(labels)
    return found


def asked():
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def is_elsewhere(name):
    return connection.vendor != "postgresql" and name.removeprefix("vouch_database_") in ON_POSTGRESQL


@pytest.mark.django_db
def test_every_metric_that_a_rule_or_a_panel_asks_for_is_there(told):
    names = {name for _where, expression in asked() for name in ASKED.findall(expression)}
    assert len(names) > 25 and not {name for name in names if name not in told and not is_elsewhere(name)}


@pytest.mark.django_db
def test_every_metric_of_ours_is_shown_or_watched(told):
    asked_for = {name for _where, expression in asked() for name in ASKED.findall(expression)}
    families = {name for name in told if name.startswith("vouch_") and not name.endswith(("_created", "_total"))}
    unseen = {name for name in families if not any(one.startswith(name) for one in asked_for)}
    assert not {name for name in unseen if not name.endswith(("_bucket", "_sum", "_count"))}


@pytest.mark.django_db
def test_every_label_that_is_asked_for_is_there(told):
    everywhere = set().union(*told.values()) | {"job", "instance", "le"}
    asked_for = {
        label.strip()
        for _where, expression in asked()
        for pair in LABEL.findall(expression)
        for label in (pair[0] or pair[1]).split(",")
    }
    assert asked_for <= everywhere | {"kind", "outcome", "state"}


def headings():
    text = (ROOT / "docs" / "monitoring.md").read_text()
    return {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^### (.*)$", text, re.M)
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_is_and_leads_to_what_to_do(rule):
    page, _, heading = rule["annotations"]["runbook_url"].partition("#")
    assert page == "docs/monitoring.md" and heading in headings()
    assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"].endswith(".")


def test_every_heading_belongs_to_an_alert():
    assert headings() == {rule["annotations"]["runbook_url"].partition("#")[2] for rule in RULES}


@pytest.mark.parametrize("where", [one for one in asked()], ids=lambda one: one[0])
def test_an_expression_is_whole(where):
    text = re.sub(r'"[^"]*"', "", where[1])
    assert all(text.count(left) == text.count(right) for left, right in ("()", "[]", "{}"))


def test_the_panels_do_not_lie_on_one_another():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(places) and len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool checks more (apt-get install prometheus)")
@pytest.mark.parametrize("command", [["check", "rules", "vouch.rules.yml"], ["test", "rules", "vouch.rules.test.yml"]])
def test_prometheus_itself_takes_the_rules(command):
    subprocess.run(["promtool", *command], cwd=MONITORING, check=True, capture_output=True)
