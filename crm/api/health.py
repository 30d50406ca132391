"""Whether a module works: a real round trip through its tables, timed, and its last write for those who may know."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Role, Team, User
from auditlog.models import AuditEvent, AuditSeal
from crm.core import limits
from crm.core.access import public, signed_in
from crm.core.actor import Actor
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.listing import refuse_unknown
from crm.core.postgresql.replicas import lag
from crm.ops.backups.standing import BackupStanding
from crm.ops.health import (
    STATES,
    Sealing,
    State,
    backup_standing,
    backup_state,
    job_standings,
    jobs_state,
    keys_state,
    limits_state,
    outbox_state,
    overall,
    sealing,
)
from crm.ops.job_standing import Standing
from crm.ops.keys import oldest_key_days
from crm.ops.stores import cache_in_figures, cache_state, database_in_figures, database_state, replica_state
from crm.outbox.models import Delivery, MailTemplate, Suppression
from customers.models import Contact, Customer, Lead
from deals.models import Activity, Deal, Stage


@dataclass(frozen=True, slots=True)
class Module:
    """`resources` are what stands under /api/v1/ for it."""

    models: tuple[type[Any], ...]
    resources: tuple[str, ...]


MODULES: dict[str, Module] = {
    "customers": Module((Customer, Contact, Lead), ("customers", "contacts", "leads", "labels", "notes")),
    "deals": Module((Deal, Stage, Activity), ("deals", "pipelines", "stages", "activities")),
    "accounts": Module((User, Team, Role), ("users", "teams", "roles", "me")),
    "emails": Module((Delivery, MailTemplate, Suppression), ("emails", "email-suppressions")),
    "audit": Module(
        (AuditEvent, AuditSeal), ("audit/events", "audit/seals", "security/events", "security/alerts", "security/rules")
    ),
}


class HealthSerializer(serializers.Serializer):
    """`checks` maps each part to ok, degraded or down."""

    status = serializers.ChoiceField(choices=STATES)
    checks = serializers.DictField(child=serializers.CharField())


class RateLimitHealthSerializer(serializers.Serializer):
    """Of the process that answers: where it counts now, and how often Redis failed it since its start."""

    store = serializers.ChoiceField(choices=["redis", "memory"])
    redis_failures = serializers.IntegerField()


class JobHealthSerializer(serializers.Serializer):
    """`late_seconds`: past the moment by which the next success was due."""

    status = serializers.ChoiceField(choices=STATES)
    last_success_at = serializers.DateTimeField(allow_null=True)
    late_seconds = serializers.IntegerField()


class AuditHealthSerializer(serializers.Serializer):
    """`seal_age_seconds`: nothing is sealed while nothing happens. `last_check_at`: when the trail last verified."""

    last_seal_at = serializers.DateTimeField(allow_null=True)
    seal_age_seconds = serializers.IntegerField(allow_null=True)
    last_check_at = serializers.DateTimeField(allow_null=True)


class BackupHealthSerializer(serializers.Serializer):
    """`age_seconds`: of what the last verified backup holds. Null where none was ever verified."""

    last_backup_at = serializers.DateTimeField(allow_null=True)
    last_verified_at = serializers.DateTimeField(allow_null=True)
    age_seconds = serializers.IntegerField(allow_null=True)


class CacheHealthSerializer(serializers.Serializer):
    """Of the process that answers, since its start. `trips`: how often Redis failed and was left alone for a while."""

    store = serializers.ChoiceField(choices=["redis", "memory"])
    hit_ratio = serializers.FloatField(allow_null=True)
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    stale = serializers.IntegerField()
    trips = serializers.IntegerField()


class PoolHealthSerializer(serializers.Serializer):
    """Connections of the process that answers; `asked` to `turned_away` count from its start."""

    alias = serializers.CharField()
    largest = serializers.IntegerField()
    size = serializers.IntegerField()
    idle = serializers.IntegerField()
    waiting = serializers.IntegerField()
    asked = serializers.IntegerField()
    waited_ms = serializers.IntegerField()
    turned_away = serializers.IntegerField()


class DatabaseHealthSerializer(serializers.Serializer):
    """No pools without DB_POOL_SIZE; null where there is no replica, or it does not answer."""

    pools = PoolHealthSerializer(many=True)
    replica_lag_seconds = serializers.FloatField(allow_null=True)


class SystemHealthSerializer(HealthSerializer):
    """`key_age_days`: of the ring whose newest key is the oldest. `jobs`: by name."""

    cache = CacheHealthSerializer()
    database = DatabaseHealthSerializer()

    rate_limits = RateLimitHealthSerializer()
    key_age_days = serializers.IntegerField(allow_null=True)
    audit = AuditHealthSerializer()
    backup = BackupHealthSerializer()
    jobs = serializers.DictField(child=JobHealthSerializer())


class ModuleHealthSerializer(HealthSerializer):
    module = serializers.CharField()
    milliseconds = serializers.FloatField()
    last_write_at = serializers.DateTimeField(allow_null=True)


class HealthView(APIView):
    schema = RecordSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request._request.GET, set())


@public("monitors ask without credentials; the answer holds no detail")
class SystemHealthView(HealthView):
    @extend_schema(operation_id="health", responses=SystemHealthSerializer)
    def get(self, request: Request) -> Response:
        checks = {
            "database": database_state(),
            "cache": cache_state(),
            **replica_state(behind := lag()),
            "limits": limits_state(),
            "keys": keys_state(days := oldest_key_days()),
            "seals": (seals := sealing()).state,
            "jobs": jobs_state(jobs := job_standings()),
            "outbox": outbox_state(),
            "backup": backup_state(kept := backup_standing()),
        }
        counters = limits.counters()
        counting = {"store": "redis" if counters.uses_redis else "memory", "redis_failures": counters.failures}
        extra = {"rate_limits": counting, "key_age_days": days, "audit": audit_in(seals)}
        extra |= {"backup": backup_in(kept), "jobs": jobs_in(jobs or [])}
        extra |= {"cache": cache_in_figures(), "database": database_in_figures(behind)}
        return _answer(checks, extra)


@signed_in("says that the module answers; the last write only to those who may read the trail")
class ModuleHealthView(HealthView):
    module = ""

    @extend_schema(responses=ModuleHealthSerializer)
    def get(self, request: Request) -> Response:
        start = perf_counter()
        models = MODULES[self.module].models
        checks = {str(model._meta.verbose_name_plural): State.of(answers(model)) for model in models}
        milliseconds = round((perf_counter() - start) * 1000, 2)
        working = overall(checks) is not State.DOWN
        last = last_write(MODULES[self.module], requesting_actor(request)) if working else None
        return _answer(checks, {"module": self.module, "milliseconds": milliseconds, "last_write_at": last})


def audit_in(seals: Sealing) -> dict[str, Any]:
    at = seals.last_seal_at
    age = int((timezone.now() - at).total_seconds()) if at else None
    return {"last_seal_at": at, "seal_age_seconds": age, "last_check_at": seals.last_check_at}


def backup_in(found: BackupStanding | None) -> dict[str, Any]:
    if found is None:
        return {"last_backup_at": None, "last_verified_at": None, "age_seconds": None}
    age = int(found.age.total_seconds()) if found.age is not None else None
    return {"last_backup_at": found.last_at, "last_verified_at": found.verified_at, "age_seconds": age}


def jobs_in(found: list[Standing]) -> dict[str, Any]:
    return {
        one.task.name: {
            "status": State.DEGRADED if one.needs_a_look else State.OK,
            "last_success_at": one.job.last_success_at,
            "late_seconds": int(one.late.total_seconds()),
        }
        for one in found
    }


def _answer(checks: dict[str, State], extra: dict[str, Any]) -> Response:
    state = overall(checks)
    body = {**extra, "status": state, "checks": checks}
    return Response(body, 503 if state is State.DOWN else 200, headers={"Cache-Control": "no-store"})


def answers(model: type[Any]) -> bool:
    """One row by primary key, so that it costs the same on a million rows."""
    try:
        list(model.objects.order_by("pk").values("pk")[:1])
    except DatabaseError:
        return False
    return True


def last_write(module: Module, actor: Actor) -> Any:
    """From the trail, as far as the actor may read it; None when there is none or it may not."""
    names = [model._meta.model_name for model in module.models]
    events = AuditEvent.objects.for_actor(actor)
    of_module = events if AuditEvent in module.models else events.filter(object_type__in=names)
    return of_module.order_by("-at", "-id").values_list("at", flat=True).first()
