"""Who may write and not read, such as a form on a website, gets the id of what they wrote and no "not found"."""

import pytest

from accounts.tests.api_keys import ask, make_key
from customers.models import Lead

pytestmark = pytest.mark.django_db


def test_a_key_that_only_writes_leads_captures_one(owner):
    _key, secret = make_key(owner, "leads:write")
    answer = ask(secret, "leads", "post", {"company_name": "Mill Ltd", "last_name": "Miller"})
    assert (answer.status_code, answer.json()) == (201, {"id": str(Lead.objects.get().pk)}), answer.content
    assert ask(secret, "leads").status_code == 403
