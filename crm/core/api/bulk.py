"""Many writes in one request: up to 500 operations, all or nothing unless asked otherwise, one result each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.actor import Denied
from crm.core.api.failures import coded
from crm.core.errors import CrmError, Detail, Forbidden, invalid_field
from crm.core.responses import envelope, error_response

MOST = 500
ACTIONS = {
    "create": "create",
    "update": "partial_update",
    "archive": "archive",
    "restore": "restore",
    "delete": "destroy",
}
STATUS = {"create": 201, "delete": 204}
KEYS = {"op", "id", "version", "data"}


# One act on many records, which is ordered by `action` instead of `operations`.
Ordering = Callable[[Any, Request], HttpResponse]
_orders: list[Ordering] = []


def order_acts_with(ordering: Ordering) -> None:
    """Called by crm.wiring only."""
    _orders[:] = [ordering]


class BulkOperationSerializer(serializers.Serializer):
    op = serializers.ChoiceField(choices=list(ACTIONS))
    id = serializers.UUIDField(required=False)
    version = serializers.IntegerField(required=False)
    data = serializers.DictField(required=False)  # type: ignore[assignment]


class BulkRequestSerializer(serializers.Serializer):
    """Either `operations`, or one `action` on `ids`, on what `filters` leave, or on a saved `view` (docs/bulk.md)."""

    operations = BulkOperationSerializer(many=True, required=False, max_length=MOST)  # type: ignore[call-arg]
    atomic = serializers.BooleanField(default=True)
    action = serializers.CharField(required=False)
    values = serializers.DictField(required=False)
    ids = serializers.ListField(child=serializers.UUIDField(), required=False)
    filters = serializers.DictField(child=serializers.CharField(), required=False)
    view = serializers.UUIDField(required=False)


class BulkJobSerializer(serializers.Serializer):
    """As `bulk-jobs/{id}` shows it, where `Location` leads."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    total = serializers.IntegerField()


class BulkResultSerializer(serializers.Serializer):
    """`body` is the record, null after a deletion, or the error envelope."""

    index = serializers.IntegerField()
    op = serializers.CharField()
    id = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    body = serializers.DictField(allow_null=True)


class BulkResponseSerializer(serializers.Serializer):
    results = BulkResultSerializer(many=True)


class BulkFailed(CrmError):
    status, code = 422, "bulk_failed"
    message = "At least one operation was refused, so none was carried out."


class RolledBack(CrmError):
    status, code = 424, "rolled_back"
    message = "This operation was fine, but another one of the same request was refused."


@dataclass
class Outcome:
    op: str
    id: str | None
    error: CrmError | None = None
    body: Any = field(default=None)


def run_bulk(view: Any, request: Request) -> HttpResponse:
    """Each operation runs in its own savepoint. An atomic request that fails anywhere changes nothing and is 422."""
    if isinstance(request.data, dict) and "action" in request.data:
        return _orders[0](view, request)
    operations, atomic = _operations_of(request.data)
    with transaction.atomic():
        outcomes = [_carry_out(view, request, operation) for operation in operations]
        failed = any(outcome.error for outcome in outcomes)
        if failed and atomic:
            transaction.set_rollback(True)
            return _refusal(request, outcomes)
    _show(view, outcomes)
    return Response({"results": _results(request, outcomes)})


def _operations_of(data: Any) -> tuple[list[Any], bool]:
    """A list of operations, or an object with `operations` and `atomic`. Raises Invalid."""
    body = {"operations": data} if isinstance(data, list) else data
    if not isinstance(body, dict) or not isinstance(body.get("operations"), list):
        raise invalid_field("operations", "Send a list of operations.", "required")
    if unknown := sorted(set(body) - {"operations", "atomic"}):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    if not isinstance(body.get("atomic", True), bool):
        raise invalid_field("atomic", "true or false.")
    if not 1 <= len(body["operations"]) <= MOST:
        raise invalid_field("operations", f"Send 1 to {MOST} operations.", "too_many_operations")
    return body["operations"], body.get("atomic", True)


def _carry_out(view: Any, request: Request, operation: Any) -> Outcome:
    op = operation.get("op") if isinstance(operation, dict) else None
    outcome = Outcome(str(op), None)
    try:
        with transaction.atomic():
            _check(view, operation)
            outcome.id = _perform(view, operation)
    except Exception as error:
        outcome.error = coded(error, request._request)
        if outcome.error is None:
            raise
    return outcome


def _check(view: Any, operation: Any) -> None:
    """Raises Invalid for an operation of the wrong shape, Forbidden for one the actor may never do here."""
    if not isinstance(operation, dict) or operation.get("op") not in tuple(ACTIONS):
        raise invalid_field("op", f"One of {', '.join(ACTIONS)}.", "unknown_operation")
    if unknown := sorted(set(operation) - KEYS):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    version = operation.get("version")
    if version is not None and type(version) is not int:
        raise invalid_field("version", "A version is a whole number.")
    _check_id(operation["op"], operation.get("id"))
    verdict = view.access_by_action[ACTIONS[operation["op"]]].allows(view.actor)
    if isinstance(verdict, Denied):
        raise Forbidden(f"Not allowed: {verdict.reason}.")


def _check_id(op: str, pk: Any) -> None:
    if op == "create" and pk is not None:
        raise invalid_field("id", "A new record gets its id here.", "unknown_field")
    if op != "create" and not isinstance(pk, str):
        raise invalid_field("id", "Name the record.", "required")


def _perform(view: Any, operation: dict[str, Any]) -> str:
    op, pk, version = operation["op"], operation.get("id"), operation.get("version")
    if op not in ("create", "update"):
        getattr(type(view), f"{op}_service")(view.actor, pk, version=version)
        return str(pk)
    serializer = view.get_serializer(data=operation.get("data", {}), partial=op == "update")
    serializer.is_valid(raise_exception=True)
    if op == "create":
        return str(type(view).create_service(view.actor, **serializer.validated_data).pk)
    type(view).update_service(view.actor, pk, version=version, **serializer.validated_data)
    return str(pk)


def _show(view: Any, outcomes: list[Outcome]) -> None:
    """The records as they are now, read with one query."""
    done = [outcome for outcome in outcomes if not outcome.error and outcome.op != "delete"]
    rows = {str(row.pk): row for row in view.get_queryset().filter(pk__in=[outcome.id for outcome in done])}
    serializer = view.get_serializer()
    for outcome in done:
        row = rows.get(str(outcome.id))
        outcome.body = serializer.to_representation(row) if row else None


def _results(request: Request, outcomes: list[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "op": outcome.op,
            "id": outcome.id,
            "status": outcome.error.status if outcome.error else STATUS.get(outcome.op, 200),
            "body": envelope(request._request, outcome.error) if outcome.error else outcome.body,
        }
        for index, outcome in enumerate(outcomes)
    ]


def _refusal(request: Request, outcomes: list[Outcome]) -> HttpResponse:
    """The error envelope, with one result per operation beside it."""
    error = BulkFailed(details=[detail for index, one in enumerate(outcomes) for detail in _details(index, one)])
    for outcome in outcomes:
        outcome.error = outcome.error or RolledBack()
    answer = error_response(request._request, error)
    if answer["Content-Type"] != "application/json":
        return answer
    body = envelope(request._request, error) | {"results": _results(request, outcomes)}
    return JsonResponse(body, status=error.status, headers={"Cache-Control": "no-store"})


def _details(index: int, outcome: Outcome) -> list[Detail]:
    if outcome.error is None:
        return []
    found = outcome.error.details or [{"field": "", "code": outcome.error.code, "message": outcome.error.message}]
    return [{**detail, "field": f"operations.{index}.{detail['field']}".strip(".")} for detail in found]
