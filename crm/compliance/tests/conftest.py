"""An administrator, an auditor and a review of team North with one of each kind of item."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from accounts.administration import user_update
from accounts.apikeys.services import api_key_create
from accounts.models import Application, Role, TokenFamily
from crm.compliance.reviews import review_start


@pytest.fixture
def admin(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,), full_name="Ada Admin")


@pytest.fixture
def auditor(make_user, north):
    return make_user("auditor@north.example", role="auditor", teams=(north,), full_name="Audrey Auditor")


@pytest.fixture
def due():
    return timezone.localdate() + timedelta(days=14)


@pytest.fixture
def granted(owner, superadmin):
    """Olive Owner was made a sales manager by Sue Super, has a key and lets an application act for her."""
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="sales_manager"))
    owner.refresh_from_db()
    key, _secret = api_key_create(actor_for(owner), name="Nightly export", scopes=["contacts:read"])
    application = Application.objects.create(name="Mail plug-in", client_id="mail", allowed_scopes="contacts:read")
    family = TokenFamily.objects.create(
        user=owner, application=application, scope="contacts:read", expires_at=timezone.now() + timedelta(days=9)
    )
    return {"key": key, "application": application, "family": family}


@pytest.fixture
def review(admin, auditor, owner, teammate, north, due, granted):
    """Reviewed by the administrator and the auditor, who are members of the team themselves."""
    return review_start(
        actor_for(admin), name="North, spring", due_on=due, scope="team", team=north, reviewers=[admin, auditor]
    )


@pytest.fixture
def item_of(review):
    def find(person, kind):
        return review.items.get(person_id=person.pk, kind=kind)

    return find
