"""The board: columns with counts and sums, cards, more cards, moves as JSON, and a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import actor_for
from deals import services
from deals.models import Deal, Stage

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def columns(answer):
    return {column.stage.name: column for column in answer.context["columns"]}


def test_a_column_shows_count_sum_and_cards(sign_in, owner, make_deal, stages):
    make_deal(name="One", amount="1000")
    make_deal(name="Two", amount="500", stage=stages["Proposal"])
    make_deal(name="Three", amount="250", stage=stages["Proposal"])
    found = columns(sign_in(owner).get("/deals/board/"))
    assert {name: column.count for name, column in found.items() if column.count} == {"Prospecting": 1, "Proposal": 2}
    assert found["Proposal"].sum_label == "€\u00a0750"
    assert [card.deal.name for card in found["Proposal"].cards] == ["Three", "Two"]


def test_several_currencies_are_summed_one_by_one(sign_in, owner, make_deal):
    make_deal(amount="1000", currency="EUR")
    make_deal(amount="2000", currency="USD")
    assert columns(sign_in(owner).get("/deals/board/"))["Prospecting"].sum_label == "$\u00a02K · €\u00a01K"


def test_a_late_and_a_sleeping_deal_are_marked_by_words(sign_in, owner, make_deal):
    make_deal(expected_close_date=timezone.localdate() - timedelta(days=3))
    Deal.objects.update(stage_changed_at=timezone.now() - timedelta(days=40))
    page = sign_in(owner).get("/deals/board/").content.decode()
    assert "Overdue" in page and "Stale" in page


def test_the_next_activity_comes_before_the_expected_close(sign_in, owner, make_deal):
    deal = make_deal(expected_close_date=timezone.localdate() - timedelta(days=3))
    tomorrow = timezone.now() + timedelta(days=1)
    services.activity_create(actor_for(owner), type="task", subject="Send offer", due_at=tomorrow, deal=deal)
    [card] = columns(sign_in(owner).get("/deals/board/"))["Prospecting"].cards
    assert (card.due_subject, card.is_overdue) == ("Send offer", False)


def test_show_more_reads_on_without_a_gap(sign_in, owner, make_deal):
    client = sign_in(owner)
    for number in range(45):
        make_deal(name=f"Deal {number:02}")
    column = columns(client.get("/deals/board/"))["Prospecting"]
    names, cursor, stage = [card.deal.name for card in column.cards], column.next_cursor, column.stage
    while cursor:
        answer = client.get(f"/deals/board/{stage.pk}/cards/", {"cursor": cursor})
        names += [card.deal.name for card in answer.context["cards"]]
        cursor = answer.context["cursor"]
    assert names == [f"Deal {number:02}" for number in reversed(range(45))]


def test_the_filters_narrow_cards_and_sums(sign_in, owner, teammate, make_deal):
    make_deal(name="Mine", amount="10")
    make_deal(name="Hers", amount="20", owner=teammate)
    column = columns(sign_in(owner).get("/deals/board/", {"owner": teammate.pk}))["Prospecting"]
    assert (column.count, [card.deal.name for card in column.cards]) == (1, ["Hers"])
    assert columns(sign_in(owner).get("/deals/board/?search=min"))["Prospecting"].count == 1


def test_another_pipeline_has_its_own_columns(sign_in, owner, superadmin, make_deal):
    actor = actor_for(superadmin)
    partners = services.pipeline_create(actor, name="Partners")
    first = services.stage_create(actor, pipeline=partners, name="Talking", probability=30)
    make_deal(stage=first)
    found = columns(sign_in(owner).get("/deals/board/", {"pipeline": partners.pk}))
    assert {name: column.count for name, column in found.items()} == {"Talking": 1}


@pytest.mark.parametrize("query", ["pipeline=x", "owner=x", "pipeline=018f0000-0000-7000-8000-000000000000"])
def test_a_filter_that_names_nothing_is_404(query, sign_in, owner):
    assert sign_in(owner).get(f"/deals/board/?{query}").status_code == 404


def test_a_move_answers_the_new_totals_and_an_undo_that_moves_back(sign_in, owner, deal, stages):
    client = sign_in(owner)
    answer = client.post(f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}, headers=JSON).json()
    assert {one["stage"]: (one["count"], one["sum"]) for one in answer["columns"]} == {
        str(stages["Prospecting"].pk): ("0", "€\u00a00"),
        str(stages["Proposal"].pk): ("1", "€\u00a01,200"),
    }
    assert client.post(answer["undo_url"], headers=JSON).status_code == 200
    assert Deal.objects.get().stage == stages["Prospecting"]


def test_an_undo_never_overwrites_a_later_move(sign_in, owner, deal, stages):
    client = sign_in(owner)
    answer = client.post(f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}, headers=JSON).json()
    client.post(f"/deals/{deal.pk}/move/", {"stage": stages["Won"].pk})
    assert client.post(answer["undo_url"], headers=JSON).status_code == 412
    assert Deal.objects.get().stage == stages["Won"]


def test_a_refused_move_answers_the_envelope(sign_in, outsider, deal, stages):
    answer = sign_in(outsider).post(f"/deals/{deal.pk}/move/", {"stage": stages["Won"].pk}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_board_costs_the_same_for_any_number_of_deals(sign_in, owner, make_deal, acme):
    client = sign_in(owner)
    make_deal(customer=acme)
    client.get("/deals/board/")
    few = queries_of(client, "/deals/board/")
    for number, stage in enumerate(list(Stage.objects.all()) * 8):
        deal = make_deal(name=f"Deal {number}", stage=stage, customer=acme)
        services.activity_create(actor_for(owner), type="task", subject="Next", due_at=timezone.now(), deal=deal)
    assert queries_of(client, "/deals/board/") == few <= 10
