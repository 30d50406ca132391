"""`/api/v1/duplicates`: pairs that may be one; merging is `customers/{id}/merge`."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import Access
from crm.core.api.viewsets import ReadOnlyRecordViewSet
from customers import services
from customers.filters import DuplicateFilters
from customers.merge_api import MERGING
from customers.models import DuplicatePair
from customers.serializers import DuplicatePairSerializer


class DuplicatePairViewSet(ReadOnlyRecordViewSet):
    """`score` of 100 with its `reasons`, [[what, points], …]. `POST …/dismiss` says that they are two."""

    queryset = DuplicatePair.objects.all()
    serializer_class = DuplicatePairSerializer
    filterset_class = DuplicateFilters
    access = MERGING
    access_by_action: ClassVar[dict[str, Access]] = dict.fromkeys(
        ("list", "retrieve", "metadata", "dismiss", "reopen"), MERGING
    )
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        "dismiss": set(),
        "reopen": set(),
    }

    def _reachable(self, every: Any) -> Any:
        return every.for_actor(self.actor, "merge")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        return self.answer(services.duplicate_dismiss(self.actor, pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self.answer(services.duplicate_reopen(self.actor, pk))
