"""What each page and endpoint of selling costs in statements, the same for few and for many records."""

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from deals import services
from deals.models import Stage
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "deals_board": "/deals/board/",
    "deals_list": "/deals/",
    "deals_detail": "/deals/{pk}/",
    "deals_for_customer": "/deals/for-customer/{customer}/",
    "activities_list": "/activities/",
    "api_deals_list": "/api/v1/deals",
    "api_deals_expanded": "/api/v1/deals?expand=customer,owner,stage,pipeline",
    "api_deals_detail": "/api/v1/deals/{pk}",
    "api_activities_list": "/api/v1/activities",
    "api_activities_expanded": "/api/v1/activities?expand=customer,owner,deal",
    "api_stages_list": "/api/v1/stages",
    "admin_deals": "/admin/deals/deal/",
    "admin_activities": "/admin/deals/activity/",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_cost_is_known_and_does_not_grow(name, sign_in, superadmin, owner, make_deal, acme, ann):
    def fill(number):
        for stage in Stage.objects.all():
            deal = make_deal(name=f"Deal {number}", stage=stage, customer=acme)
            services.deal_contact_put(actor_for(owner), deal.pk, ann)
            for kind in ("call", "task"):
                services.activity_create(actor_for(owner), type=kind, subject="Ring", deal=deal, due_at=timezone.now())
        return deal

    client, deal = sign_in(superadmin if name.startswith("admin") else owner), fill(0)
    path = ADDRESSES[name].format(pk=deal.pk, customer=acme.pk)
    assert client.get(path).status_code == 200
    with counted_queries() as few:
        client.get(path)
    for number in range(3):
        fill(number)
    with counted_queries() as many:
        client.get(path)
    assert many.count == few.count
    assert_baseline(name, many.count)


def test_a_move_costs_little(api, owner, deal, stages):
    client = api(owner)
    client.get("deals")
    with counted_queries() as queries:
        assert client.post(f"deals/{deal.pk}/move", {"stage": str(stages["Won"].pk)}).status_code == 200
    assert_baseline("api_deals_move", queries.count)
    assert queries.count <= 14
