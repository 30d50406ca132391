"""Every address says who may call it, method by method; what says nothing answers 403."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from crm.core.access import Access, access_of, signed_in
from crm.core.permissions import PERMISSIONS
from crm.urls import urlpatterns as product_urlpatterns
from tests.addresses import Address, addresses, without_decoys

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


def test_what_an_address_says_is_one_thing_and_known():
    for address in ADDRESSES:
        for access in filter(None, declared_by(address).values()):
            assert sum(map(bool, (access.permissions, access.public, access.signed_in))) == 1, address
            assert set(access.permissions) <= PERMISSIONS, address


def test_each_action_of_the_api_is_declared_by_its_own_name():
    """Not by falling back to the resource's permission to read."""
    undeclared_actions = {
        str(address): missing
        for address in ADDRESSES
        if address.actions and (missing := set(address.actions.values()) - declared_actions(address))
    }
    assert not undeclared_actions


def declared_actions(address: Address) -> set[str]:
    return set(address.view.cls.access_by_action)  # type: ignore[attr-defined]


def test_an_unsafe_method_asks_for_more_than_reading():
    lax = [
        f"{method} {address}"
        for address in ADDRESSES
        for method, action in address.actions.items()
        if method not in SAFE and action not in READING and only_reads(access_of(address.view, method))
    ]
    assert not lax


def only_reads(access: Access | None) -> bool:
    asked = access.permissions if access else ()
    return bool(asked) and all(permission.endswith(":read") for permission in asked)


def test_csrf_protection_is_switched_off_only_where_another_credential_is_asked_for():
    """DRF checks sessions by itself; the token endpoints and the door of agents know no session, an identity provider's
    answer is signed, so are the link of an unsubscription and what a program posts; a form for strangers uses nothing
    of a session, and a decoy does nothing for anybody."""
    exempt = [
        one for one in without_decoys() if getattr(one.view, "csrf_exempt", False) and not hasattr(one.view, "cls")
    ]
    assert not [
        str(one)
        for one in exempt
        if not one.route.startswith(
            ("auth/", ".well-known/", "mcp", "accounts/sso/saml/", "unsubscribe/", "forms/", "hooks/")
        )
    ]


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
