"""What can be listened to is what is recorded, and nothing that is recorded about these kinds is forgotten."""

import pytest
from django.db import transaction

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.webhooks.catalogue import HOOKED, every_type, fields_of, hooked_by_action
from customers.models import CustomField
from tests.service_calls import CALLS, Scene
from tests.south import build

pytestmark = pytest.mark.django_db

# Recorded about these kinds and nobody's news: what another record shows, or that somebody looked.
UNTOLD = {"viewed", "downloaded", "previewed", "exported", "export_finished", "left_out"}


def test_no_type_is_there_twice_and_each_has_one_action():
    assert len(set(every_type())) == len(every_type()) == len(hooked_by_action())


def test_kinds_are_called_as_their_models():
    for one in HOOKED:
        assert one.kind == str(one.model._meta.verbose_name).replace(" ", "_")


def test_custom_fields_can_be_named():
    CustomField.objects.create(holder="customer", type="text", key="size", label="Size")
    assert {"status", "owner", "labels", "custom_fields.size"} <= fields_of(HOOKED[0])


@pytest.fixture
def scene(superadmin, make_user, north, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    person, heir = (make_user(f"{name}@north.example", teams=(north,)) for name in ("rep", "heir"))
    return Scene(actor_for(superadmin), superadmin, heir, build(north, person, actor_for(person)))


def recorded_by(call, scene):
    """The actions that a service records; everything is taken back."""
    with transaction.atomic():
        run = call(scene)
        before = set(AuditEvent.objects.values_list("pk", flat=True))
        run()
        actions = set(AuditEvent.objects.exclude(pk__in=before).values_list("action", flat=True))
        transaction.set_rollback(True)
    return actions


def test_every_action_of_these_kinds_can_be_listened_to(scene):
    """Every service of the project is called once."""
    words = {one.word for one in HOOKED}
    actions = set().union(*(recorded_by(call, scene) for call in CALLS.values()))
    about = {one for one in actions if one.partition(".")[0] in words}
    assert len(about) > 40
    assert not {one for one in about - set(hooked_by_action()) if one.partition(".")[2] not in UNTOLD}
