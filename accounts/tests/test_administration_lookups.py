"""The administration's lists answer no question about a column that they do not offer as a filter."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lookup", ["password__startswith=argon2", "tokens_valid_from__gt=2020-01-01", "is_service=1"])
def test_a_hash_is_not_told_letter_by_letter(sign_in: Any, superadmin: Any, lookup: str) -> None:
    assert sign_in(superadmin).get(f"/admin/accounts/user/?{lookup}").status_code == 400


def test_what_the_list_offers_still_narrows_it(sign_in: Any, superadmin: Any, owner: Any) -> None:
    page = sign_in(superadmin).get(f"/admin/accounts/user/?role__id__exact={owner.role_id}").content.decode()
    assert owner.email in page and superadmin.email not in page.split("result_list")[1]


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_no_list_takes_a_column_that_it_does_not_show_as_a_filter(model: Any, rf: RequestFactory) -> None:
    site, request = admin.site._registry[model], rf.get("/")
    offered = set(site.get_list_filter(request))
    columns = {field.name for field in model._meta.concrete_fields} - offered
    assert [name for name in columns if site.lookup_allowed(f"{name}__startswith", "a", request)] == []
