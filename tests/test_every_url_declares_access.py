"""Every address says who may call it, method by method; what says nothing answers 403."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from crm.core.access import Access, access_of, signed_in
from crm.core.permissions import PERMISSIONS
from crm.urls import urlpatterns as product_urlpatterns
from tests.addresses import Address, addresses

ADDRESSES = addresses()
# The REST framework adds HEAD to a view once it has answered a request.
SAFE = ("GET", "HEAD")

# Unsafe methods that change nothing, or only what is the caller's own.
READING = {"metadata"}


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reached")


@signed_in("a test of the middleware")
def declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reached")


urlpatterns = [path("undeclared/", undeclared), path("declared/", declared), *product_urlpatterns]


def declared_by(address: Address) -> dict[str, Access | None]:
    return {method: access_of(address.view, method) for method in address.methods}


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_an_address_says_who_may_call_it(address):
    declarations = declared_by(address)
    assert declarations and not [method for method, access in declarations.items() if access is None]


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_what_it_says_is_one_thing_and_known(address):
    for access in filter(None, declared_by(address).values()):
        assert sum(map(bool, (access.permissions, access.public, access.signed_in))) == 1
        assert set(access.permissions) <= PERMISSIONS


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.actions], ids=str)
def test_each_action_of_the_api_is_declared_by_its_own_name(address):
    """Not by falling back to the resource's permission to read."""
    declared_actions = getattr(address.view, "cls").access_by_action  # noqa: B009
    assert set(address.actions.values()) <= set(declared_actions)


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.actions], ids=str)
def test_an_unsafe_method_asks_for_more_than_reading(address):
    for method, action in address.actions.items():
        access = access_of(address.view, method)
        if method not in SAFE and action not in READING and access and access.permissions:
            assert not all(permission.endswith(":read") for permission in access.permissions), action


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_csrf_protection_is_switched_off_only_where_another_credential_is_asked_for(address):
    """DRF checks sessions by itself; the token endpoints know no session."""
    if getattr(address.view, "csrf_exempt", False):
        assert hasattr(address.view, "cls") or address.route.startswith(("auth/", ".well-known/")), address.route


@pytest.mark.django_db
def test_the_middleware_refuses_a_view_that_declares_nothing_even_to_the_superadmin(settings, sign_in, superadmin):
    settings.ROOT_URLCONF = __name__
    client = sign_in(superadmin)
    assert client.get("/declared/").content == b"reached"
    refused = client.get("/undeclared/", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access_undeclared")


@pytest.mark.django_db
def test_the_middleware_sends_a_stranger_to_sign_in_before_a_declared_view(settings, client):
    settings.ROOT_URLCONF = __name__
    assert client.get("/declared/").status_code == 302 and client.get("/undeclared/").status_code == 403
