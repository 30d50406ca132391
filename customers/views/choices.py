"""What selects and pickers of this app's pages offer."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse

from accounts.models import User
from crm.core.actor import Actor
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.core.searching import matching
from customers.models import Label

OPTIONS_SHOWN = 20
PEOPLE_SHOWN = 200


def owner_choices(actor: Actor) -> list[tuple[Any, User]]:
    """Colleagues; a select of more than PEOPLE_SHOWN helps nobody."""
    people = User.objects.for_actor(actor).filter(is_active=True).only("id", "full_name", "email")
    return [(user.pk, user) for user in people.order_by("full_name", "email")[:PEOPLE_SHOWN]]


def label_choices(actor: Actor) -> list[tuple[Any, Label]]:
    labels = Label.objects.for_actor(actor).active().only("id", "name", "tone")
    return [(label.pk, label) for label in labels.order_by("name")[:PEOPLE_SHOWN]]


class OptionsPage(ActorPage):
    """Choices for a picker: `?q=` finds by fragment."""

    model: ClassVar[type[Any]]
    ordering: ClassVar[tuple[str, ...]]

    def get(self, request: CrmRequest) -> HttpResponse:
        found = matching(self.model.objects.for_actor(self.actor).active(), request.GET.get("q", "")[:200], self.actor)
        options = found.order_by(*self.ordering)[:OPTIONS_SHOWN]
        return TemplateResponse(request, "components/picker_options.html", {"options": options})
