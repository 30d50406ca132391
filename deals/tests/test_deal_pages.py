"""Deals in the browser's door: list, board, detail, forms, people, bulk acts and their undo."""

import pytest

from accounts.actors import actor_for
from crm.core.ids import uuid7
from deals import services
from deals.models import Deal, StageChange

pytestmark = pytest.mark.django_db

PAGES = ["/deals/", "/deals/board/", "/deals/new/", "/deals/options/?q=ren"]
OF_ONE = [
    "/deals/{pk}/",
    "/deals/{pk}/edit/",
    "/deals/{pk}/planned/",
    "/deals/for-customer/{customer}/",
    "/deals/for-contact/{contact}/",
]


def address(path, deal, ann):
    return path.format(pk=deal.pk, customer=deal.customer_id, contact=ann.pk)


@pytest.mark.parametrize("path", PAGES + OF_ONE)
def test_the_pages_open_for_the_team(path, sign_in, teammate, deal, ann):
    assert sign_in(teammate).get(address(path, deal, ann)).status_code == 200


@pytest.mark.parametrize("path", OF_ONE)
def test_an_outsider_gets_404(path, sign_in, outsider, deal, ann):
    assert sign_in(outsider).get(address(path, deal, ann)).status_code == 404


@pytest.mark.parametrize("path", PAGES[:2])
def test_an_outsider_does_not_see_the_deal_in_lists(path, sign_in, outsider, deal):
    assert b"Renewal" not in sign_in(outsider).get(path).content


WRITES = [
    ("/deals/{pk}/edit/", {"name": "Mine", "currency": "EUR"}),
    ("/deals/{pk}/move/", {"stage": "{won}"}),
    ("/deals/{pk}/move/{won}/", {}),
    ("/deals/{pk}/contacts/", {"contact": "{contact}"}),
    ("/deals/{pk}/contacts/{contact}/remove/", {}),
    ("/deals/{pk}/archive/", {}),
    ("/deals/{pk}/delete/", {}),
]


@pytest.mark.parametrize(("path", "form"), WRITES)
def test_an_outsider_changes_nothing(path, form, sign_in, outsider, deal, ann, stages):
    ids = {"pk": deal.pk, "won": stages["Won"].pk, "contact": ann.pk}
    answer = sign_in(outsider).post(path.format(**ids), {name: text.format(**ids) for name, text in form.items()})
    assert answer.status_code == 404
    assert Deal.objects.get().version == 1 and not Deal.objects.get().deal_contacts.exists()


def test_a_reader_may_not_move(sign_in, make_user, north, deal, stages):
    reader = make_user("reader@north.example", role="read_only", teams=(north,))
    answer = sign_in(reader).post(f"/deals/{deal.pk}/move/", {"stage": stages["Won"].pk})
    assert answer.status_code == 403
    assert StageChange.objects.count() == 1


def test_a_double_submit_creates_one_deal(sign_in, owner, north):
    form = {"name": "Twice", "currency": "EUR", "team": north.pk, "owner": owner.pk, "submission": uuid7()}
    answers = [sign_in(owner).post("/deals/new/", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302], answers[0].content
    assert Deal.objects.get().stage.name == "Prospecting"


def test_editing_the_stage_moves_the_deal(sign_in, owner, deal, stages):
    form = {"name": deal.name, "amount": "1200.00", "currency": "EUR", "stage": stages["Won"].pk, "version": 1}
    form |= {"customer": deal.customer_id, "team": deal.team_id, "owner": owner.pk, "forecast_category": "pipeline"}
    answer = sign_in(owner).post(f"/deals/{deal.pk}/edit/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    deal.refresh_from_db()
    assert (deal.status, deal.stage_changes.count()) == ("won", 2)


def test_a_page_marks_a_deal_as_lost_with_a_reason(sign_in, owner, deal, stages):
    client = sign_in(owner)
    client.post(f"/deals/{deal.pk}/move/", {"stage": stages["Lost"].pk, "lost_reason": "Too dear"})
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert "Too dear" in page and "Reopen" in page


def test_people_join_with_a_role_and_leave(sign_in, owner, deal, ann):
    client = sign_in(owner)
    client.post(f"/deals/{deal.pk}/contacts/", {"contact": ann.pk, "role": "decision_maker"})
    assert b"Decision maker" in client.get(f"/deals/{deal.pk}/").content
    client.post(f"/deals/{deal.pk}/contacts/{ann.pk}/remove/")
    assert not deal.deal_contacts.exists()


def test_somebody_of_another_team_cannot_join(sign_in, owner, deal, stranger):
    sign_in(owner).post(f"/deals/{deal.pk}/contacts/", {"contact": stranger.pk})
    assert not deal.deal_contacts.exists()


def test_archiving_offers_an_undo_that_works(sign_in, owner, deal):
    client = sign_in(owner)
    page = client.post(f"/deals/{deal.pk}/archive/", follow=True).content
    assert f"/deals/{deal.pk}/restore/".encode() in page
    client.post(f"/deals/{deal.pk}/restore/")
    assert not Deal.objects.get().is_archived


def test_many_deals_move_at_once_and_back(sign_in, owner, make_deal, stages):
    deals = [make_deal(name=f"Deal {n}") for n in range(3)]
    services.deal_move(actor_for(owner), deals[2].pk, stages["Proposal"])
    client = sign_in(owner)
    form = {"action": "move", "stage": stages["Won"].pk, "ids": [deal.pk for deal in deals]}
    page = client.post("/deals/bulk/", form, follow=True).content.decode()
    assert set(Deal.objects.values_list("status", flat=True)) == {"won"}
    undo = page.split('data-undo="')[1].split('"')[0]
    client.post(undo)
    assert sorted(Deal.objects.values_list("stage__name", flat=True)) == ["Proposal", "Prospecting", "Prospecting"]
    assert not Deal.objects.exclude(closed_at=None).exists()


def test_an_outsider_moves_nothing_in_bulk(sign_in, outsider, deal, stages):
    sign_in(outsider).post("/deals/bulk/", {"action": "move", "stage": stages["Won"].pk, "ids": [deal.pk]})
    assert Deal.objects.get().version == 1


def test_a_field_is_edited_in_place_and_a_stale_edit_is_refused(sign_in, owner, outsider, deal):
    address = f"/deals/{deal.pk}/fields/next_step/"
    client = sign_in(owner)
    assert b"next_step" in client.get(address).content
    assert b"Send offer" in client.post(address, {"next_step": "Send offer", "version": 1}).content
    assert client.post(address, {"next_step": "Late", "version": 1}).status_code == 412
    assert sign_in(outsider).post(address, {"next_step": "Mine", "version": 2}).status_code == 404
    assert client.get(f"/deals/{deal.pk}/fields/status/").status_code == 404
    assert Deal.objects.get().next_step == "Send offer"


def test_deleting_asks_first_and_is_for_good(sign_in, owner, deal):
    client = sign_in(owner)
    assert client.get(f"/deals/{deal.pk}/delete/").status_code == 200 and Deal.objects.exists()
    client.post(f"/deals/{deal.pk}/delete/")
    assert not Deal.objects.exists()
