"""`POST customers/{id}/merge`, what was merged, and its undo."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.access import Access
from crm.core.api.viewsets import SHAPING, ReadOnlyRecordViewSet, RecordViewSet, expected_version
from customers.filters import MergeFilters
from customers.models import Merge
from customers.models.merge import MergeKind
from customers.serializers import MergeRequestSerializer, MergeSerializer, MergeUndoSerializer
from customers.services.merges import MERGES, merge_undo

MERGING = Access(permissions=tuple(f"{kind}s:merge" for kind in MergeKind))
READING = Access(permissions=tuple(f"{kind}s:read" for kind in MergeKind))


class MergeableViewSet(RecordViewSet):
    """The old id of what was merged answers 301 to who reads, and 410 with `merged_into` to who writes."""

    verbs: ClassVar[dict[str, str]] = {**RecordViewSet.verbs, "merge": "merge"}
    parameters: ClassVar[dict[str, set[str]]] = {**RecordViewSet.parameters, "merge": SHAPING}

    merged_model: ClassVar[type[Any]]

    @extend_schema(request=MergeRequestSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """`{"other": id}`: the other record becomes part of this one, with all that points to it."""
        serializer = MergeRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        MERGES[self.merged_model](self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer_again(pk)


class MergeViewSet(ReadOnlyRecordViewSet):
    """`POST …/undo` within 30 days; 409 `edited_since` lists what was changed since."""

    queryset = Merge.objects.all()
    serializer_class = MergeSerializer
    filterset_class = MergeFilters
    access = READING
    access_by_action: ClassVar[dict[str, Access]] = {
        **dict.fromkeys(("list", "retrieve", "metadata"), READING),
        "undo": MERGING,
    }
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "undo": set()}

    @extend_schema(request=MergeUndoSerializer, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        serializer = MergeUndoSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        merge_undo(self.actor, pk, **serializer.validated_data)
        return self.answer(self.get_object())
