"""An administrator, and a mail server on the loopback."""

import pytest


@pytest.fixture
def admin(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,), full_name="Ada Admin")


@pytest.fixture
def marketer(make_user, north):
    return make_user("mia@north.example", role="marketing", teams=(north,), full_name="Mia Marketing")
