"""Whoever opens the address of a form by hand is told so on a page, not by an empty answer."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/accounts/sessions/end-all/", "/accounts/applications/end/"])
def test_an_address_that_takes_a_form_says_so(sign_in, owner, address):
    answer = sign_in(owner).get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")
    page = answer.content.decode()
    assert "go back and send it again" in page and "Reference" in page


def test_a_script_gets_the_envelope(sign_in, owner):
    answer = sign_in(owner).get("/accounts/sessions/end-all/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
