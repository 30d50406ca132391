"""Deals, pipelines, stages and people through the API: who sees what, and what a write leaves behind."""

import pytest

from accounts.actors import actor_for
from accounts.models import Role
from deals import services
from deals.models import Deal, Pipeline, Stage

pytestmark = pytest.mark.django_db


def test_the_team_sees_a_deal_and_an_outsider_does_not(api, teammate, outsider, deal):
    assert api(teammate).get(f"deals/{deal.pk}").json()["name"] == "Renewal"
    assert api(outsider).get(f"deals/{deal.pk}").status_code == 404
    assert api(outsider).get("deals").json()["results"] == []


def test_a_created_deal_says_its_probability_and_weight(api, owner, stages):
    body = api(owner).post("deals", {"name": "Big", "amount": "1000.00", "stage": str(stages["Proposal"].pk)}).json()
    assert (body["status"], body["probability"], body["effective_probability"]) == ("open", None, 50)
    assert (body["weighted_amount"], body["amount"], body["currency"]) == ("500.00", "1000.00", "EUR")
    assert body["pipeline"] == str(stages["Proposal"].pipeline_id)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"currency": "ABC"}, "currency", "invalid_currency"),
        ({"currency": "eur"}, "currency", "invalid_currency"),
        ({"amount": "-1"}, "amount", "min_value"),
        ({"probability": 101}, "probability", "max_value"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_written(body, field, code, api, owner):
    answer = api(owner).post("deals", {"name": "Wrong", **body})
    if code == "read_only":
        assert answer.json()["status"] == "open"
        return
    assert answer.status_code == 422, answer.json()
    assert (answer.json()["error"]["details"][0]["field"], answer.json()["error"]["details"][0]["code"]) == (
        field,
        code,
    )
    assert not Deal.objects.exists()


def test_a_stage_of_another_pipeline_is_refused(api, owner, superadmin, pipeline, stages):
    other = services.pipeline_create(actor_for(superadmin), name="Partners")
    services.stage_create(actor_for(superadmin), pipeline=other, name="Talking")
    body = {"name": "Mixed", "pipeline": str(other.pk), "stage": str(stages["Proposal"].pk)}
    assert api(owner).post("deals", body).json()["error"]["details"][0]["code"] == "wrong_pipeline"


def test_a_pipeline_alone_means_its_first_stage(api, owner, superadmin, deal):
    other = services.pipeline_create(actor_for(superadmin), name="Partners")
    first = services.stage_create(actor_for(superadmin), pipeline=other, name="Talking")
    body = api(owner).patch(f"deals/{deal.pk}", {"pipeline": str(other.pk)}).json()
    assert (body["stage"], body["pipeline"]) == (str(first.pk), str(other.pk))


def test_move_answers_the_moved_deal(api, owner, deal, stages):
    body = api(owner).post(f"deals/{deal.pk}/move", {"stage": str(stages["Lost"].pk), "lost_reason": "Price"}).json()
    assert (body["status"], body["lost_reason"], body["closed_at"] is None) == ("lost", "Price", False)


def test_a_patch_of_the_stage_is_a_move(api, owner, deal, stages):
    body = api(owner).patch(f"deals/{deal.pk}", {"stage": str(stages["Won"].pk), "next_step": "Invoice"}).json()
    assert (body["status"], body["next_step"]) == ("won", "Invoice")
    assert deal.stage_changes.count() == 2


def test_a_stale_move_is_412_and_moves_nothing(api, owner, deal, stages):
    api(owner).patch(f"deals/{deal.pk}", {"next_step": "Ring"})
    stale = api(owner).post(f"deals/{deal.pk}/move", {"stage": str(stages["Won"].pk)}, **{"If-Match": '"1"'})
    assert (stale.status_code, Deal.objects.get().status) == (412, "open")


def test_an_outsider_can_neither_move_nor_change_nor_delete(api, outsider, deal, stages):
    client = api(outsider)
    answers = [
        client.post(f"deals/{deal.pk}/move", {"stage": str(stages["Won"].pk)}),
        client.patch(f"deals/{deal.pk}", {"name": "Mine"}),
        client.post(f"deals/{deal.pk}/archive"),
        client.delete(f"deals/{deal.pk}"),
        client.get(f"deals/{deal.pk}/contacts"),
        client.put(f"deals/{deal.pk}/contacts", []),
        client.get(f"deals/{deal.pk}/timeline"),
        client.get(f"deals/{deal.pk}/activities"),
        client.get(f"deals/{deal.pk}/notes"),
        client.get(f"customers/{deal.customer_id}/deals"),
        client.get(f"customers/{deal.customer_id}/activities"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert Deal.objects.get().version == 1


FILTERS = [
    ("status=open", 2),
    ("status=won", 1),
    ("amount__gte=1000", 2),
    ("amount__lt=1000", 1),
    ("expected_close_date__gte=2027-01-01&expected_close_date__lt=2028-01-01", 1),
    ("stage={won}", 1),
    ("customer={customer}", 1),
    ("contact={contact}", 1),
    ("search=big", 1),
]


@pytest.mark.parametrize(("query", "count"), FILTERS)
def test_a_list_is_narrowed(query, count, api, owner, make_deal, acme, ann, stages):
    big = make_deal(name="Big", amount="5000", customer=acme, expected_close_date="2027-05-01")
    services.deal_contact_put(actor_for(owner), big.pk, ann)
    make_deal(name="Small", amount="500")
    make_deal(name="Done", stage=stages["Won"])
    ids = {"won": stages["Won"].pk, "customer": acme.pk, "contact": ann.pk}
    assert len(api(owner).get(f"deals?{query.format(**ids)}").json()["results"]) == count


@pytest.mark.parametrize("ordering", ["amount", "-amount", "expected_close_date", "-closed_at", "name"])
def test_every_order_pages_each_deal_once_with_empty_values_last(ordering, api, owner, make_deal, stages):
    for number in range(5):
        make_deal(name=f"Deal {number}", amount=number * 10 if number % 2 else None)
    client, seen, address = api(owner), [], f"deals?page_size=2&ordering={ordering}"
    page = client.get(address).json()
    seen += page["results"]
    while page["next"]:
        page = client.client.get(page["next"]).json()
        seen += page["results"]
    assert len({row["id"] for row in seen}) == len(seen) == 5
    if "amount" in ordering:
        assert [row["amount"] for row in seen[2:]] == [None] * 3


def test_links_expand(api, owner, deal):
    body = api(owner).get(f"deals/{deal.pk}?expand=customer,owner,stage,pipeline").json()
    assert (body["customer"]["name"], body["owner"]["email"]) == ("Acme", owner.email)
    assert (body["stage"]["name"], body["pipeline"]["name"]) == ("Prospecting", "Sales")


def test_people_are_set_added_and_removed(api, owner, deal, ann, stranger):
    client, address = api(owner), f"deals/{deal.pk}/contacts"
    assert client.post(address, {"contact": str(ann.pk), "role": "evaluator"}).status_code == 201
    assert client.get(address).json()["results"][0]["role"] == "evaluator"
    assert client.put(address, [{"contact": str(ann.pk), "role": "primary"}]).json()["results"][0]["role"] == "primary"
    assert client.put(address, [{"contact": str(stranger.pk)}]).status_code == 422
    assert client.delete(f"{address}/{ann.pk}").status_code == 204
    assert client.get(address).json()["results"] == []


def test_sub_collections_show_and_take_what_belongs_to_the_record(api, owner, deal):
    client = api(owner)
    assert client.post(f"deals/{deal.pk}/activities", {"type": "call", "subject": "Ring"}).status_code == 201
    assert client.post(f"deals/{deal.pk}/notes", {"body": "They like it"}).status_code == 201
    assert client.get(f"deals/{deal.pk}/activities").json()["results"][0]["subject"] == "Ring"
    assert len(client.get(f"customers/{deal.customer_id}/deals").json()["results"]) == 1
    kinds = [entry["kind"] for entry in client.get(f"deals/{deal.pk}/timeline").json()["results"]]
    assert kinds == ["note", "call", "stage"]
    of_customer = [entry["kind"] for entry in client.get(f"customers/{deal.customer_id}/timeline").json()["results"]]
    assert {"call", "stage"} <= set(of_customer)


def test_everybody_reads_pipelines_and_settings_change_them(api, owner, superadmin, pipeline):
    assert api(owner).get("pipelines").json()["results"][0]["name"] == "Sales"
    assert api(owner).post("pipelines", {"name": "Mine"}).status_code == 403
    assert api(owner).patch(f"pipelines/{pipeline.pk}", {"name": "Mine"}).status_code == 403
    assert api(superadmin).post("pipelines", {"name": "Partners"}).status_code == 201
    assert list(Pipeline.objects.values_list("name", "is_default")) == [("Sales", True), ("Partners", False)]


def test_making_a_pipeline_the_default_takes_that_from_the_other(api, superadmin, pipeline):
    made = api(superadmin).post("pipelines", {"name": "Partners", "is_default": True})
    assert made.status_code == 201, made.json()
    assert Pipeline.objects.get(is_default=True).name == "Partners"
    assert api(superadmin).delete(f"pipelines/{made.json()['id']}").json()["error"]["code"] == "default_pipeline"


def test_a_stage_with_deals_stays(api, superadmin, deal, stages):
    answer = api(superadmin).delete(f"stages/{deal.stage_id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "has_children")
    change = api(superadmin).patch(f"stages/{deal.stage_id}", {"status": "won"})
    assert (change.status_code, change.json()["error"]["code"]) == (409, "has_children")
    assert api(superadmin).delete(f"stages/{stages['Negotiation'].pk}").status_code == 204


def test_stages_are_reordered(api, owner, superadmin, pipeline, stages):
    order = [str(stage.pk) for stage in reversed(list(pipeline.stages.order_by("position")))]
    assert api(owner).post(f"pipelines/{pipeline.pk}/reorder", {"order": order}).status_code == 403
    assert api(superadmin).post(f"pipelines/{pipeline.pk}/reorder", {"order": order[1:]}).status_code == 422
    assert api(superadmin).post(f"pipelines/{pipeline.pk}/reorder", {"order": order}).status_code == 200
    assert Stage.objects.order_by("position").first().name == "Lost"


def test_a_taken_name_of_a_pipeline_is_a_conflict(api, superadmin, pipeline):
    answer = api(superadmin).post("pipelines", {"name": pipeline.name})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_exists")


def test_a_deal_takes_no_person_along_to_another_team(api, make_user, north, south, deal, ann):
    manager = make_user("both@vouch.example", role="sales_manager", teams=(north, south))
    move = {"team": str(south.pk), "owner": None, "customer": None}
    deal.deal_contacts.create(contact=ann)
    assert api(manager).patch(f"deals/{deal.pk}", move).json()["error"]["code"] == "linked_in_team"
    deal.deal_contacts.all().delete()
    assert api(manager).patch(f"deals/{deal.pk}", move).status_code == 200


def test_the_people_of_a_deal_are_shown_to_who_may_read_contacts(api, make_user, north, deal, ann):
    deal.deal_contacts.create(contact=ann)
    Role.objects.create(name="reader", label="Reader", grants={"deals:read": "team"})
    reader = make_user("reader@north.example", role="reader", teams=(north,))
    assert api(reader).get(f"deals/{deal.pk}/contacts").json()["results"] == []
