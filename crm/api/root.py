"""What is there: the API's own front page and those of modules that are not a list themselves."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.health import MODULES, HealthView
from crm.core.access import Access, public, signed_in
from crm.core.actor import Actor
from crm.core.api.requests import requesting_actor
from crm.ops.probes import database_answers
from crm.ops.states import STATES

BASE = "/api/v1/"
PUBLIC = {
    "schema": f"{BASE}schema",
    "docs": f"{BASE}docs",
    "health": f"{BASE}health",
    "oauth": "/.well-known/oauth-authorization-server",
}
OWN = {"me": f"{BASE}me", "search": f"{BASE}search?q="}


class RootSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    status = serializers.ChoiceField(choices=STATES)
    links = serializers.DictField(child=serializers.CharField())
    resources = serializers.DictField(child=serializers.CharField())
    modules = serializers.DictField(child=serializers.CharField())


class ModuleSerializer(serializers.Serializer):
    module = serializers.CharField()
    health = serializers.CharField()
    resources = serializers.DictField(child=serializers.CharField())


class ListingView(HealthView):
    # The router's: (prefix, viewset, basename).
    registry: ClassVar[list[tuple[str, Any, str]]] = []

    def readable(self, actor: Actor) -> dict[str, str]:
        """Address of each resource whose list the actor may read."""
        access = {prefix: viewset.access_by_action.get("list", Access()) for prefix, viewset, _name in self.registry}
        return {
            prefix: f"{BASE}{prefix}"
            for prefix, declared in access.items()
            if actor.is_authenticated and any(actor.may(permission) for permission in declared.permissions)
        }


@public("says what is there; resources only to those who may read them")
class RootView(ListingView):
    @extend_schema(operation_id="root", responses=RootSerializer)
    def get(self, request: Request) -> Response:
        actor = requesting_actor(request)
        # Who is known was looked up there just now.
        working = actor.is_authenticated or database_answers()
        body = {
            "name": "Vouch API",
            "version": "v1",
            "status": "ok" if working else "down",
            "links": {**PUBLIC, **(OWN if actor.is_authenticated else {})},
            "resources": self.readable(actor),
            "modules": {name: f"{BASE}{name}/health" for name in MODULES} if actor.is_authenticated else {},
        }
        return Response(body, 200 if working else 503)


@signed_in("lists only what the person may read")
class ModuleView(ListingView):
    """For `accounts` and `audit`, which are not a resource themselves."""

    module = ""

    @extend_schema(responses=ModuleSerializer)
    def get(self, request: Request) -> Response:
        readable = {**self.readable(requesting_actor(request)), "me": OWN["me"]}
        resources = {name: readable[name] for name in MODULES[self.module].resources if name in readable}
        return Response({"module": self.module, "health": f"{BASE}{self.module}/health", "resources": resources})
