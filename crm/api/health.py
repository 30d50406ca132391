"""Whether a module works: a real round trip through its tables, timed, and its last write for those who may know."""

from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

from django.conf import settings
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
from crm.core.caching.breaker import breaker_of
from crm.core.caching.figures import Figures
from crm.core.listing import refuse_unknown
from crm.ops.backups.standing import BackupStanding
from crm.ops.job_standing import Standing
from crm.ops.states import STATES, Look, Sealing, State, look, overall
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


class PoolHealthSerializer(serializers.Serializer):
    """Connections of the process that answers; `asked` to `turned_away` count from its start."""

    alias = serializers.CharField()
    largest = serializers.IntegerField()
    size = serializers.IntegerField()
    idle = serializers.IntegerField()
    waiting = serializers.IntegerField()
    asked = serializers.IntegerField()
    waited = serializers.IntegerField()
    waited_ms = serializers.IntegerField()
    turned_away = serializers.IntegerField()


class DatabaseHealthSerializer(serializers.Serializer):
    """`milliseconds` of a new connection and a statement, null where nothing came back; no pools without DB_POOL_SIZE;
    null where there is no replica, or it does not answer."""

    milliseconds = serializers.FloatField(allow_null=True)
    pools = PoolHealthSerializer(many=True)
    replica_lag_seconds = serializers.FloatField(allow_null=True)


class RedisHealthSerializer(serializers.Serializer):
    """Of a round trip. Null where nothing came back, or no Redis is set."""

    milliseconds = serializers.FloatField(allow_null=True)


class CacheHealthSerializer(serializers.Serializer):
    """Of the process that answers, since its start. `trips`: how often Redis failed and was left alone for a while."""

    store = serializers.ChoiceField(choices=["redis", "memory"])
    hit_ratio = serializers.FloatField(allow_null=True)
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    stale = serializers.IntegerField()
    trips = serializers.IntegerField()


class QueueHealthSerializer(serializers.Serializer):
    """`depth`: unfinished deliveries. `oldest_wait_seconds`: of the one that is due for the longest."""

    depth = serializers.IntegerField(allow_null=True)
    oldest_wait_seconds = serializers.IntegerField(allow_null=True)


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


class SystemHealthSerializer(HealthSerializer):
    """`key_age_days`: of the ring whose newest key is the oldest. `jobs`: by name."""

    database = DatabaseHealthSerializer()
    redis = RedisHealthSerializer()
    cache = CacheHealthSerializer()
    queue = QueueHealthSerializer()
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
        found = look()
        return _answer(found.checks, figures_in(found))


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


def figures_in(found: Look) -> dict[str, Any]:
    counters, waits = limits.counters(), found.queue
    return {
        "database": {
            "milliseconds": found.database_ms,
            "pools": [asdict(pool) for pool in found.pools],
            "replica_lag_seconds": found.replica_lag,
        },
        "redis": {"milliseconds": found.redis_ms if settings.REDIS_URL else None},
        "cache": cache_in(found.cached),
        "queue": {
            "depth": waits.depth if waits else None,
            "oldest_wait_seconds": int(waits.oldest_wait.total_seconds()) if waits else None,
        },
        "rate_limits": {"store": "redis" if counters.uses_redis else "memory", "redis_failures": counters.failures},
        "key_age_days": found.key_days,
        "audit": audit_in(found.seals),
        "backup": backup_in(found.backup),
        "jobs": jobs_in(found.jobs or []),
    }


def cache_in(found: Figures) -> dict[str, Any]:
    breaker = breaker_of(settings.REDIS_URL) if settings.REDIS_URL else None
    return {
        "store": "redis" if breaker and breaker.is_closed else "memory",
        "hit_ratio": found.hit_ratio,
        "hits": found.hits,
        "misses": found.misses,
        "stale": found.stale,
        "trips": breaker.trips if breaker else 0,
    }


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
