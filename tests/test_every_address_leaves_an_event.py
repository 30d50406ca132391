"""Every address × unsafe method leaves an event, or says why it changes nothing (AUDIT-1).

The addresses come from the URL configuration; one that tests/url_calls.py does not know how to call fails here.
"""

import re
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client

from accounts.actors import actor_for
from auditlog.honeypots.views import DecoyPage
from auditlog.models import AuditEvent
from auditlog.reading import VIEWED
from crm.ops.models import Job
from tests.addresses import Address, addresses
from tests.service_calls import Scene
from tests.services import ROOT
from tests.south import build
from tests.test_outsider_everywhere import area, values_for
from tests.url_calls import NAMES, NOTHING, PROVED, RULES, gone, new

pytestmark = pytest.mark.django_db
Call = tuple[str, Address]
CHANGED = ("name", "label", "last_name", "subject", "body", "full_name", "title")
# A decoy leaves a security event, whatever the method (auditlog/honeypots).
HONEST = [one for one in addresses() if getattr(one.view, "view_class", None) is not DecoyPage]
UNSAFE = [(method, one) for one in HONEST for method in one.methods if method != "GET"]


def matches(patterns: Any, call: Call) -> str:
    line = f"{call[0]} {call[1]}"
    return next((pattern for pattern in patterns if re.search(pattern, line)), "")


CALLED = [one for one in UNSAFE if not matches(NOTHING, one) and not matches(PROVED, one)]


def areas() -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for one in CALLED:
        found.setdefault(area(one[1]), []).append(one)
    return found


AREAS = areas()


@pytest.fixture
def scene(superadmin, make_user, north, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.RATE_LIMIT_ENABLED = False
    person = make_user("rep@north.example", teams=(north,))
    heir = make_user("heir@north.example", teams=(north,))
    records = build(north, person, actor_for(person)) | {
        "role": person.role,
        "job": Job.objects.create(name="acme-job"),
    }
    return Scene(actor_for(superadmin), superadmin, heir, records)


@pytest.mark.parametrize("calls", AREAS.values(), ids=AREAS.keys())
def test_an_unsafe_request_leaves_an_event(scene, sign_in, calls):
    silent = [told for call in calls if (told := silence_of(call, scene, sign_in))]
    assert not silent


def silence_of(call: Call, scene: Scene, sign_in: Any) -> str:
    """What is wrong, or nothing; everything is taken back."""
    method, address = call
    with transaction.atomic():
        client = sign_in(scene.me)
        others, body = RULES[pattern](scene) if (pattern := matches(RULES, call)) else ({}, {})
        url = url_of(address, scene, others)
        before = events().count()
        answer = send(client, method, url, body)
        left = events().count() - before
        transaction.set_rollback(True)
    is_heard = answer.status_code < 400 and left
    return "" if is_heard else f"{method} {address}: {answer.status_code}, {left} events, {said(answer)}"


def events() -> Any:
    """What was done; the form of an edit page leaves that it was read, too."""
    return AuditEvent.objects.exclude(action__endswith=f".{VIEWED}")


def url_of(address: Address, scene: Scene, others: dict[str, Any]) -> str:
    if not address.parameters:
        return address.url()
    return address.url(**{**values_for(address, scene.records | {"client": scene.me}), **others})


def send(client: Client, method: str, url: str, body: Any) -> Any:
    if url.startswith("/api/"):
        if isinstance(body, dict) and "file" in body:
            return client.post(url, body)
        data = body if body or method != "PATCH" else patched(client, url)
        return getattr(client, method.lower())(url, data=data, content_type="application/json")
    return client.post(url, form_of(client, url) | body)


def patched(client: Client, url: str) -> dict[str, Any]:
    shown = client.get(url).json()
    name = next(name for name in NAMES.values() if name in shown)
    return {name: "Renamed"}


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the page's own form would send, with a name changed."""
    context = getattr(client.get(url), "context", None) or {}
    form = context["adminform"].form if "adminform" in context else context.get("form")
    if form is None:
        return {}
    values = {name: plain(form[name].value()) for name in form.fields}
    values = {name: value for name, value in values.items() if value not in (None, "", False)}
    return values | {name: "Renamed" for name in CHANGED if name in form.fields and "new" not in url}


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple | QuerySet):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, bool) else str(getattr(value, "pk", value))


def said(answer: Any) -> str:
    form = (getattr(answer, "context", None) or {}).get("form")
    if form is not None:
        return str(form.errors.as_json())[:200]
    return "" if answer.streaming else answer.content[:200].decode(errors="replace")


def test_what_is_proved_elsewhere_looks_at_the_trail():
    for file in PROVED.values():
        assert re.search(r"AuditEvent|actions\(", (ROOT / file).read_text()), file


WORD_OF_MODEL = {model: str(model._meta.model_name) for model in site._registry}


@pytest.mark.parametrize("model", site._registry, ids=WORD_OF_MODEL.values())
def test_what_an_operator_changes_in_the_administration_leaves_an_event(scene, sign_in, model):
    admin, word, client = site._registry[model], WORD_OF_MODEL[model], sign_in(scene.me)
    base = f"/admin/{model._meta.app_label}/{word}"
    if getattr(admin, "update_service", None) is None:
        assert client.post(f"{base}/add/").status_code in (403, 404)
        return
    changed = f"{base}/{scene.pk('admin ' + word if 'admin ' + word in scene.records else word)}"
    calls = [(f"{changed}/change/", CHANGED_TO.get(word, {}))]
    if admin.create_service:
        calls += [(f"{base}/add/", ADDED.get(word) or {"team": str(scene.team.pk), **new(word, scene)[1]})]
    calls += [(f"{base}/{removable(scene, word)}/delete/", {"post": "yes"})] if admin.delete_service else []
    for url, body in calls:
        before = events().count()
        answer = client.post(url, form_of(client, url) | body)
        assert answer.status_code == 302 and events().count() > before, (url, said(answer))


# Where the form of the administration asks for other words than the pages.
ADDED: dict[str, dict[str, Any]] = {
    "user": {"email": "n@acme.example", "full_name": "New", "is_active": "on", "time_zone": "UTC"},
    "role": {"name": "desk", "label": "Desk", "grants": '{"customers:read": "team"}'},
}

# Without a name that could be changed.
CHANGED_TO: dict[str, dict[str, Any]] = {"job": {"every_minutes": "7"}}


def removable(scene: Scene, word: str) -> Any:
    """A record that nothing points to."""
    others, _body = gone(word)(scene)
    return others.get("pk") or scene.pk(word)
