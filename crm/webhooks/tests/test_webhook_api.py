"""`/api/v1/webhooks` as a program uses it, and who gets how far."""

import json

import pytest
from standardwebhooks import Webhook as Verifier

from crm.outbox.models import Delivery
from crm.webhooks.models import Webhook

pytestmark = pytest.mark.django_db

SECRETS = ("secret", "previous_secret", "rights")


@pytest.fixture
def program(api, admin):
    return api(admin)


@pytest.fixture
def made(program, receiver):
    return program.post("webhooks", {"url": receiver.url, "events": ["customer.*"]}).json()


def test_url_and_events_are_enough_and_the_secret_is_answered_this_once(program, receiver, north):
    answer = program.post("webhooks", {"url": receiver.url, "events": ["customer.*", "deal.moved"]})
    shown = answer.json()
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    assert shown["secret"].startswith("whsec_") and shown["is_active"] and shown["team"] == str(north.pk)
    assert shown["events"] == ["customer.*", "deal.moved"] and shown["name"] == "127.0.0.1"
    for path in ("webhooks", f"webhooks/{shown['id']}"):
        text = program.get(path).content.decode()
        assert shown["secret"].removeprefix("whsec_") not in text and "whsec_" not in text
        assert not [one for one in SECRETS if f'"{one}"' in text]


def test_a_repeated_request_with_its_key_does_not_show_the_secret_again(program, receiver):
    body, key = {"url": receiver.url, "events": ["*"]}, {"Idempotency-Key": "make-one"}
    first, second = (program.post("webhooks", body, **key) for _ in range(2))
    assert first.json()["secret"] and Webhook.objects.count() == 1
    assert second.json()["id"] == first.json()["id"] and not second.json().get("secret")


def test_a_program_goes_the_whole_way(program, made, receiver, send):
    path = f"webhooks/{made['id']}"
    customer = program.post("customers", {"name": "Acme"}).json()
    send()
    Verifier(made["secret"]).verify(receiver.got[0].body, receiver.got[0].headers)
    [row] = program.get(f"{path}/deliveries").json()["results"]
    assert (row["type"], row["state"], row["object_id"]) == ("customer.created", "sent", customer["id"])
    detail = program.get(f"{path}/deliveries/{row['id']}").json()
    [tried] = detail["tries"]
    assert tried["status"] == 204 and json.loads(tried["body"])["data"]["record"]["name"] == "Acme"
    assert tried["headers"]["webhook-id"] == row["id"]
    replayed = program.post(f"{path}/replay", {"delivery": row["id"]})
    assert (replayed.status_code, replayed.json()) == (202, {"replayed": 1})
    tested = program.post(f"{path}/test")
    assert tested.status_code == 202 and tested.json()["type"] == "webhook.test"
    send()
    assert receiver.types() == ["customer.created", "webhook.test", "customer.created"]
    rotated = program.post(f"{path}/rotate", {"overlap_hours": 1})
    assert rotated.status_code == 200 and rotated.json()["secret"] not in ("", made["secret"])
    assert program.patch(path, {"is_active": False}).json()["is_active"] is False
    assert program.delete(path).status_code == 204 and program.get(path).status_code == 404


def test_a_stretch_is_replayed_by_its_ends(program, made, send):
    program.post("customers", {"name": "Acme"})
    send()
    path = f"webhooks/{made['id']}/replay"
    assert program.post(path, {"since": "2020-01-01T00:00:00Z", "states": ["sent"]}).json() == {"replayed": 1}
    assert program.post(path, {"since": "2020-01-01T00:00:00Z", "states": ["pending"]}).status_code in (400, 422)
    assert program.post(path, {}).status_code == 422
    assert program.post(path, {"sinse": "2020-01-01T00:00:00Z"}).status_code in (400, 422)


def test_deliveries_are_narrowed_and_paged(program, made, send):
    for number in range(3):
        program.post("customers", {"name": f"Firm {number}"})
    send()
    path = f"webhooks/{made['id']}/deliveries"
    page = program.get(f"{path}?page_size=2&count=true").json()
    assert len(page["results"]) == 2 and page["count"] == 3 and page["next"]
    assert len(program.get(f"{path}?state=sent&type=customer.created").json()["results"]) == 3
    assert program.get(f"{path}?state=failed").json()["results"] == []
    assert program.get(f"{path}?colour=red").status_code == 400


def test_types_are_listed(program):
    assert "deal.moved" in program.get("webhooks/types").json()["types"]


def test_a_stale_etag_overwrites_nothing(program, made):
    path = f"webhooks/{made['id']}"
    assert program.patch(path, {"name": "New"}, **{"If-Match": '"1"'}).status_code == 200
    assert program.patch(path, {"name": "Old"}, **{"If-Match": '"1"'}).status_code == 412
    assert Webhook.objects.get().name == "New"


@pytest.mark.parametrize("field", ["secret", "team", "owner", "failures", "previous_secret", "rights"])
def test_what_is_not_theirs_to_set_is_refused(program, made, field):
    assert program.patch(f"webhooks/{made['id']}", {field: "x"}).status_code in (400, 422)


@pytest.mark.parametrize(
    ("url", "status"),
    [("http://10.0.0.1/", 422), ("https://169.254.169.254/", 422), ("https://hooks.example.com/in", 201)],
)
def test_a_private_target_is_refused(program, url, status):
    assert program.post("webhooks", {"url": url, "events": ["*"]}).status_code == status


def test_a_session_that_is_old_makes_and_rotates_nothing(api, admin, made, sign_in_long_ago, receiver):
    client = sign_in_long_ago(admin)
    body = {"url": receiver.url, "events": ["*"]}
    for method, path in (("post", ""), ("patch", f"/{made['id']}"), ("post", f"/{made['id']}/rotate")):
        answer = getattr(client, method)(f"/api/v1/webhooks{path}", body, content_type="application/json")
        assert answer.json()["error"]["code"] == "reauthentication_required"
    assert Webhook.objects.count() == 1


@pytest.fixture
def people(make_user, north, south, owner):
    return {
        "teammate without the right": owner,
        "administrator elsewhere": make_user("a@south.example", role="admin", teams=(south,)),
        "auditor": make_user("auditor@vouch.example", role="auditor"),
        "superadmin elsewhere": make_user("s@south.example", role="superadmin", teams=(south,)),
    }


# Who → the status of reading, of the acts, and of deleting.
ACCESS = {
    "teammate without the right": (403, 403, 403),
    "administrator elsewhere": (404, 404, 404),
    "auditor": (200, 403, 403),
    "superadmin elsewhere": (200, 202, 204),
}


@pytest.mark.parametrize("who", ACCESS)
def test_who_gets_how_far(api, people, made, program, send, who):
    program.post("customers", {"name": "Acme"})
    send()
    sent = Delivery.objects.get(kind="webhook")
    reading, acting, deleting = ACCESS[who]
    other, path = api(people[who]), f"webhooks/{made['id']}"
    for place in ("", "/deliveries", f"/deliveries/{sent.pk}"):
        assert other.get(f"{path}{place}").status_code == reading
    version = Webhook.objects.get().version
    assert other.post(f"{path}/test").status_code == acting
    assert other.post(f"{path}/replay", {"delivery": str(sent.pk)}).status_code == acting
    assert other.patch(path, {"name": "Taken"}).status_code == (200 if acting == 202 else acting)
    assert other.post(f"{path}/rotate", {}).status_code == (200 if acting == 202 else acting)
    assert (Webhook.objects.get().version == version) == (acting != 202)
    assert other.delete(path).status_code == deleting


def test_a_delivery_of_one_endpoint_is_not_found_at_another(program, made, receiver, send):
    program.post("customers", {"name": "Acme"})
    send()
    sent = Delivery.objects.get(kind="webhook")
    other = program.post("webhooks", {"url": receiver.url, "events": ["deal.*"]}).json()
    for nobody in (sent.pk, "nonsense"):
        assert program.get(f"webhooks/{other['id']}/deliveries/{nobody}").status_code == 404
    assert program.get("webhooks/nonsense/deliveries").status_code == 404


def test_a_mail_is_no_delivery_of_a_webhook_and_the_other_way_round(program, made, send):
    program.post("customers", {"name": "Acme"})
    assert program.get("emails").json()["results"] == []


@pytest.mark.parametrize("rows", [2, 12])
def test_lists_cost_the_same_for_two_rows_and_for_twelve(program, receiver, django_assert_max_num_queries, rows):
    for number in range(rows):
        program.post("webhooks", {"url": receiver.url, "events": ["*"], "name": f"Hook {number}"})
    with django_assert_max_num_queries(8):
        assert len(program.get("webhooks").json()["results"]) == rows
