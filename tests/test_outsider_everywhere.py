"""Team North meets every address of the project with the records of team South: page, API, board, search, admin.

The addresses come from the URL configuration. One that takes a parameter this table does not know fails the test.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from crm.core.access import access_of
from customers.models import Contact
from tests.addresses import Address, without_decoys
from tests.south import AMOUNT, FRAGMENT, MARK, build, fingerprint

pytestmark = pytest.mark.django_db
ADDRESSES = without_decoys()
WITH_RECORD = [one for one in ADDRESSES if one.parameters]
WITHOUT = [one for one in ADDRESSES if not one.parameters]

# Route → record behind each parameter. A text in quotes is a plain value. First match counts.
TABLE: tuple[tuple[str, dict[str, str]], ...] = (
    (r"^compose/", {"subject": "'customer'", "pk": "customer"}),
    (r"^(customers|contacts|leads|deals|activities)/bulk/", {"pk": "bulk"}),
    (r"^duplicates/|^api/v1/\^duplicates/", {"pk": "duplicate pair"}),
    (r"^customers/merges/", {"pk": "merge"}),
    (r"^customers/", {"pk": "customer", "name": "'name'"}),
    (r"^contacts/.*primary/", {"pk": "contact", "name": "'email'", "at": "'0'"}),
    (r"^contacts/", {"pk": "contact", "name": "'last_name'", "channel": "'email'"}),
    (r"^leads/", {"pk": "lead", "name": "'last_name'", "channel": "'email'"}),
    (r"^notes/<slug:subject>/", {"subject": "'customer'", "pk": "customer"}),
    (r"^notes/", {"pk": "note"}),
    (r"^labels/", {"pk": "label"}),
    (r"^billing/", {"pk": "customer"}),
    (r"^api/v1/\^billing-profiles/", {"pk": "billing"}),
    (r"^documents/for/", {"subject": "'customer'", "pk": "customer"}),
    (r"^documents/", {"pk": "document", "number": "'1'"}),
    (r"^api/v1/\^documents/", {"pk": "document"}),
    (r"^deals/board/", {"pk": "stage"}),
    (r"^deals/for-customer/", {"pk": "customer"}),
    (r"^deals/for-contact/", {"pk": "contact"}),
    (r"^deals/convert-lead/", {"pk": "lead"}),
    (r"^deals/", {"pk": "deal", "stage": "stage", "contact": "contact", "name": "'name'"}),
    (r"^activities/", {"pk": "activity"}),
    (r"^exports/templates/|^api/v1/\^export-templates/", {"pk": "export template"}),
    (r"^exports/schedules/|^api/v1/\^export-schedules/", {"pk": "export schedule"}),
    (r"^exports/scheduled/", {"token": "'nobody-ever-got-this-one'"}),
    (r"^exports/", {"pk": "export"}),
    (r"^bulk/|^api/v1/\^bulk-jobs/", {"pk": "bulk run"}),
    (r"^notifications/|^api/v1/\^notifications/", {"pk": "notification", "until": "'hour'"}),
    (r"^views/|^api/v1/\^views/", {"pk": "view"}),
    (r"^imports/", {"pk": "import", "conflict": "import"}),
    (r"^compliance/retention/", {"pk": "retention policy"}),
    (r"^api/v1/\^compliance/retention-policies/", {"pk": "retention policy"}),
    (r"^compliance/holds/|^api/v1/\^compliance/holds/", {"pk": "legal hold"}),
    (r"^compliance/subjects/", {"pk": "subject request", "form": "'json'", "kind": "'search'"}),
    (r"^api/v1/\^compliance/subject-requests/", {"pk": "subject request"}),
    (r"^audit/seals/", {"kid": "'0'"}),
    (r"^audit/", {"pk": "event"}),
    (r"^security/canaries/", {"kind": "'customer'", "pk": "customer"}),
    (r"^security/bans/|^api/v1/\^security/bans/", {"pk": "ban"}),
    (r"^(security/|api/v1/\^security/)alerts/", {"pk": "alert", "action": "'end_sessions'"}),
    (r"^(security/|api/v1/\^security/)events/", {"pk": "security event"}),
    (r"^(security/|api/v1/\^security/)rules/", {"pk": "rule"}),
    (r"^compliance/reviews/", {"pk": "review", "item": "review item", "form": "'csv'"}),
    (r"^compliance/reports/", {"name": "'key-ages'", "form": "'csv'"}),
    (r"^compliance/processing/", {"pk": "processing"}),
    (r"^settings/backups/|^api/v1/\^backups/", {"pk": "backup"}),
    (r"^settings/locks/", {"pk": "user"}),
    (r"^settings/emails/suppressed/", {"pk": "suppression"}),
    (r"^settings/emails/", {"pk": "mail", "name": "'welcome'"}),
    (r"^api/v1/\^email-suppressions/", {"pk": "suppression"}),
    (r"^api/v1/\^emails/", {"pk": "mail"}),
    (r"^unsubscribe/", {"token": "'nobody-ever-got-this-one'"}),
    (r"^api/v1/\^merges/", {"pk": "merge"}),
    (r"^api/v1/\^customers/", {"pk": "customer", "parent_pk": "customer"}),
    (r"^api/v1/\^contacts/", {"pk": "contact", "parent_pk": "contact"}),
    (r"^api/v1/\^leads/", {"pk": "lead", "parent_pk": "lead"}),
    (r"^api/v1/\^deals/", {"pk": "deal", "parent_pk": "deal", "contact": "contact"}),
    (r"^api/v1/\^activities/", {"pk": "activity"}),
    (r"^api/v1/\^notes/", {"pk": "note"}),
    (r"^api/v1/\^labels/", {"pk": "label"}),
    (r"^api/v1/\^custom-fields/|^settings/custom-fields/", {"pk": "custom field"}),
    (r"^api/v1/\^lifecycles/|^settings/lifecycles/", {"pk": "lifecycle"}),
    (r"^api/v1/\^imports/", {"pk": "import"}),
    (r"^api/v1/\^exports/", {"pk": "export"}),
    (r"^api/v1/\^users/\(\?P<user>", {"user": "user", "pk": "client"}),
    (r"^api/v1/\^oauth-clients/|^api/v1/\^me/applications/", {"pk": "client"}),
    (r"^settings/applications/|^accounts/applications/", {"pk": "client"}),
    (r"^api/v1/\^users/", {"pk": "user", "hand_over_pk": "hand-over"}),
    (r"^api/v1/\^teams/", {"pk": "team", "user": "user"}),
    (r"^api/v1/\^roles/", {"pk": "role"}),
    (r"^api/v1/\^sessions/", {"pk": "session"}),
    (r"^api/v1/\^pipelines/", {"pk": "pipeline", "parent_pk": "pipeline"}),
    (r"^api/v1/\^stages/", {"pk": "stage"}),
    (r"^api/v1/\^audit/events/", {"pk": "event"}),
    (r"^api/v1/\^audit/seals/", {"pk": "'1'"}),
    (r"^api/v1/\^compliance/reviews/\(\?P<parent_pk>", {"parent_pk": "review", "pk": "review item"}),
    (r"^api/v1/\^compliance/reviews/", {"pk": "review"}),
    (r"^api/v1/\^compliance/reports/", {"name": "'key-ages'"}),
    (r"^api/v1/\^compliance/processing-activities/", {"pk": "processing"}),
    (r"^api/v1/\^invitations/|^settings/invitations/", {"pk": "invitation"}),
    (r"^accounts/(invitation|email/confirm)/", {"token": "'nobody-ever-got-this-one'"}),
    (r"^admin/customers/bulkchange/", {"object_id": "bulk"}),
    (r"^admin/deals/stage/", {"object_id": "stage"}),
    (r"^admin/deals/pipeline/", {"object_id": "pipeline"}),
    (r"^admin/(\w+)/(\w+)/<path:object_id>", {"object_id": "of_model"}),
    (r"^admin/r/", {"content_type_id": "'1'", "object_id": "customer"}),
    (r"^admin/\^\(\?P<app_label>", {"app_label": "'customers'"}),
    (r"^admin/\(\?P<url>", {"url": "'nowhere'"}),
    (r"^accounts/sessions/", {"pk": "session"}),
    (r"^(accounts|settings)/sso/", {"pk": "sso", "provider_id": "'0'", "organization_slug": "'0'"}),
    (r"^accounts/security/", {"pk": "'1'"}),
    (r"^accounts/api-keys/", {"pk": "api_key"}),
    (r"^api/v1/\^api-keys/", {"pk": "api_key"}),
    (r"^\^?accounts/password/reset/key/", {"uidb36": "'1'", "key": "'set-password'"}),
    (r"^settings/people/", {"pk": "user", "hand_over_pk": "hand-over"}),
    (r"^settings/teams/<uuid:team>", {"team": "team", "pk": "user"}),
    (r"^settings/teams/", {"pk": "team"}),
    (r"^settings/roles/", {"pk": "role"}),
    (r"^settings/jobs/", {"pk": "user"}),
    (r"^settings/lead-sources/", {"pk": "lead source", "submission_pk": "submission"}),
    (r"^api/v1/\^lead-sources/\(\?P<parent_pk>", {"parent_pk": "lead source", "pk": "submission"}),
    (r"^api/v1/\^lead-sources/", {"pk": "lead source"}),
    (r"^(forms|hooks)/", {"token": "'nobody-ever-got-this-one'"}),
    (r"^settings/mailboxes/", {"pk": "mailbox"}),
    (r"^letters/", {"pk": "letter"}),
    (r"^settings/webhooks/", {"pk": "webhook", "delivery_pk": "webhook delivery"}),
    (r"^api/v1/\^webhooks/\(\?P<parent_pk>", {"parent_pk": "webhook", "pk": "webhook delivery"}),
    (r"^api/v1/\^webhooks/", {"pk": "webhook"}),
)

# What belongs to the whole company is no secret of South; its own strings still are.
COMPANY_WIDE = re.compile(
    r"^deals/board/|^settings/roles/|^compliance/retention/|^security/rules/"
    r"|^api/v1/\^(roles|pipelines|stages|custom-fields|lifecycles|audit/seals|security/rules)/|^audit/(seals/|verifier)"
    r"|^\^?accounts/password/reset/key/"
)
# What a rep does not open at all, or where nothing of the team stands.
NOT_FOR_A_REP = (
    r"\^?(admin|accounts|settings|security|compliance)/|api/v1/\^(security|compliance|webhooks|lead-sources)/"
)
OF_MODEL = {
    **{
        word: word
        for word in ("customer", "contact", "lead", "note", "label", "document", "deal", "activity", "user", "team")
    },
    "billingprofile": "billing",
    "importrun": "import",
    "apikey": "api_key",
    "auditevent": "event",
}


# Bodies that are needed to get past a first look at the request; a text names a record, as above.
BODIES: dict[str, Any] = {
    r"PUT .*/labels$": {"labels": []},
    r"POST .*/move$": {"stage": "stage"},
    r"PUT .*/deals/[^/]+/contacts$": [],
    r"POST .*/deals/[^/]+/contacts$": {"contact": "contact of north"},
}


def area(address: Address) -> str:
    """`/customers/<uuid:pk>/edit/` → customers; `/api/v1/^leads/…` → api/v1/leads; `/admin/deals/…` → admin/deals."""
    parts = re.sub(r"[\^$?]", "", address.route).split("/")
    return "/".join(parts[: {"api": 3, "admin": 2}.get(parts[0], 1)]) or "home"


def areas(chosen: list[Address]) -> Any:
    """One test for each area: its records are made once."""
    by_area: dict[str, list[Address]] = {}
    for address in chosen:
        by_area.setdefault(area(address), []).append(address)
    return pytest.mark.parametrize("chosen", by_area.values(), ids=by_area.keys())


@dataclass
class Scene:
    records: dict[str, Any]
    rep: Any
    admin: Any


@pytest.fixture
def scene(make_user, north, south, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    south.name = f"{MARK} team"
    south.save()
    person = make_user(f"rep@{MARK}.example", teams=(south,), full_name=f"{MARK} person")
    records = build(south, person, actor_for(person))
    records |= {"role": person.role, "contact of north": Contact.objects.create(last_name="Norden", team=north)}
    return Scene(records, make_user("rep@north.example", teams=(north,)), make_user("a@n.example", "admin", (north,)))


def values_for(address: Address, records: dict[str, Any]) -> dict[str, str]:
    """Raises AssertionError for a parameter that the table does not explain."""
    for pattern, meanings in TABLE:
        if found := re.search(pattern, address.route):
            unknown = set(address.parameters) - set(meanings)
            assert not unknown, f"say in TABLE what {unknown} of {address} is"
            words = {name: meanings[name] for name in address.parameters}
            return {name: _value(word, found, records) for name, word in words.items()}
    raise AssertionError(f"say in TABLE what the parameters of {address} are")


def _value(word: str, found: re.Match[str], records: dict[str, Any]) -> str:
    if word.startswith("'"):
        return word.strip("'")
    record = records.get(OF_MODEL.get(found[2], "") if word == "of_model" else word)
    return str(record.pk) if record is not None else "00000000-0000-7000-8000-000000000000"


def call(client: Client, method: str, url: str, records: dict[str, Any]) -> tuple[Any, str]:
    """The answer and its text."""
    named = next((body for pattern, body in BODIES.items() if re.match(pattern, f"{method} {url}")), {})
    body = named
    if isinstance(named, dict):
        body = {name: str(records[word].pk) if isinstance(word, str) else word for name, word in named.items()}
    options = {"data": json.dumps(body), "content_type": "application/json"} if url.startswith("/api/") else {}
    answer = getattr(client, method.lower())(url, **({} if method == "GET" else options))
    return answer, b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def refused_as(user: Any, address: Address, method: str) -> int:
    """404; or 403 where the person's role lacks the permission for any record at all."""
    access = access_of(address.view, method)
    assert access is not None
    return 404 if access.allows(actor_for(user)) or access.hidden else 403


@areas(WITH_RECORD)
def test_a_rep_of_another_team_finds_nothing_and_changes_nothing(chosen, scene, sign_in):
    client, before, wrong = sign_in(scene.rep), fingerprint(), []
    for address in chosen:
        url = address.url(**values_for(address, scene.records))
        for method in address.methods:
            answer, text = call(client, method, url, scene.records)
            expected = refused_as(scene.rep, address, method)
            if MARK in text or (answer.status_code != expected and not COMPANY_WIDE.match(address.route)):
                wrong.append(f"{method} {address}: {answer.status_code}, not {expected}: {text[:200]}")
    assert not wrong and fingerprint() == before


@areas([one for one in WITH_RECORD if one.route.startswith("admin/")])
def test_an_administrator_of_another_team_finds_nothing_in_the_administration(chosen, scene, sign_in):
    """Where people are administered for the whole company, only South's business records stay out of sight."""
    client, before, wrong = sign_in(scene.admin), fingerprint(), []
    for address in chosen:
        url = address.url(**values_for(address, scene.records))
        for method in set(address.methods) & {"GET", "POST"}:
            if re.match(r"admin/(accounts|deals/(stage|pipeline))/|admin/\^", address.route):
                continue
            answer, text = call(client, method, url, scene.records)
            if MARK in text or answer.status_code not in (302, 403, 404):
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert not wrong and fingerprint() == before


@areas([one for one in WITHOUT if "GET" in one.methods])
def test_no_list_board_search_or_figure_shows_a_string_of_the_other_team(chosen, scene, sign_in):
    client, wrong = sign_in(scene.rep), []
    for address in chosen:
        for query in ("", f"?search={FRAGMENT}", f"?q={FRAGMENT}"):
            answer, text = call(client, "GET", address.url() + query, scene.records)
            if answer.status_code >= 500 or MARK in text or AMOUNT in text.replace(",", ""):
                wrong.append(f"{address}{query}: {answer.status_code}")
    assert not wrong


@areas(ADDRESSES)
def test_a_stranger_gets_in_only_where_the_address_says_public(chosen, scene, client):
    before, wrong = fingerprint(), []
    for address in chosen:
        url = address.url(**(values_for(address, scene.records) if address.parameters else {}))
        for method in address.methods:
            access = access_of(address.view, method)
            answer, text = call(client, method, url, scene.records)
            sent_away = answer.status_code == 302 and answer.url.startswith("/accounts/login/")
            refused = answer.status_code == 401 or sent_away
            if MARK in text or not (refused or (access and access.public)):
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert not wrong and fingerprint() == before


def test_the_owner_sees_what_the_others_do_not(scene, sign_in):
    """The tests above would pass on an empty product; this one would not."""
    client = sign_in(scene.records["user"])
    records = [one for one in WITH_RECORD if not re.match(NOT_FOR_A_REP, one.route)]
    shown = [one for one in records if "GET" in one.methods]
    seen = {
        str(one)
        for one in shown
        if MARK in call(client, "GET", one.url(**values_for(one, scene.records)), scene.records)[1]
    }
    assert len(seen) > len(shown) / 2, sorted({str(one) for one in shown} - seen)
    for path in ("/customers/", "/deals/board/", "/", f"/search/?q={FRAGMENT}", "/api/v1/customers", "/audit/"):
        assert MARK in call(client, "GET", path, scene.records)[1], path
