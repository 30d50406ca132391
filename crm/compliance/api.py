"""`/api/v1/compliance/…`: access reviews with their decisions, and the record of processing."""

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fresh import FreshWrites
from crm.compliance import deciding, processing, reviews
from crm.compliance.exporting import as_file
from crm.compliance.filters import AccessReviewFilters, ProcessingActivityFilters, ReviewItemFilters
from crm.compliance.models import AccessReview, ProcessingActivity, ReviewItem
from crm.compliance.review_tables import table_of
from crm.compliance.serializers import (
    AccessReviewSerializer,
    CompletionSerializer,
    DecidedSerializer,
    DecisionSerializer,
    ProcessingActivitySerializer,
    ReviewCheckSerializer,
    ReviewEditSerializer,
    ReviewItemSerializer,
)
from crm.compliance.verifying import review_check
from crm.core.api.viewsets import EditableViewSet, ReadOnlyRecordViewSet, expected_version
from crm.core.errors import NotFound


class AccessReviewViewSet(FreshWrites, EditableViewSet):
    """`POST …/decide` keeps or revokes up to 500 items; `POST …/complete` closes the review for good."""

    resource = "compliance"
    queryset = AccessReview.objects.prefetch_related("reviewers")
    serializer_class = AccessReviewSerializer
    filterset_class = AccessReviewFilters
    create_service = reviews.review_start
    update_service = reviews.review_update
    extra_permissions: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("decide", "complete", "reopen"), "compliance:write"),
        **dict.fromkeys(("pdf", "csv"), "compliance:export"),
        "check": "compliance:read",
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **EditableViewSet.parameters,
        **{name: set() for name in ("decide", "complete", "reopen", "check", "pdf", "csv")},
    }

    @extend_schema(request=ReviewEditSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = ReviewEditSerializer(data=request.data, partial=True, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        reviews.review_update(self.actor, pk, version=expected_version(request), **serializer.validated_data)
        return self.answer_again(pk)

    @extend_schema(request=DecisionSerializer, responses=DecidedSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Each item by itself: what cannot be decided is in `refused`, with the reason."""
        review = self.get_object()
        serializer = DecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        decided, refused = deciding.items_decide(self.actor, review.pk, **serializer.validated_data)
        show = ReviewItemSerializer().to_representation
        told = [{"item": one.item.pk, "code": one.error.code, "message": one.error.message} for one in refused]
        return Response({"decided": [show(item) for item in decided], "refused": told})

    @extend_schema(request=CompletionSerializer, responses=AccessReviewSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        serializer = CompletionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = expected_version(request)
        reviews.review_complete(self.actor, self.get_object().pk, version=version, **serializer.validated_data)
        return self.answer_again(pk)

    @extend_schema(responses=ReviewCheckSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def check(self, request: Request, pk: str) -> Response:
        """Whether a complete review is still what was completed; `findings` say what is not."""
        review = self.get_object()
        if not review.is_complete:
            raise NotFound("This review is not complete yet.")
        found = review_check(review)
        shown = {"is_unchanged": found.is_unchanged, "erased_items": found.erased, "findings": found.findings}
        return Response(shown)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, pagination_class=None)
    def pdf(self, request: Request, pk: str) -> HttpResponseBase:
        return self._file("pdf")

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=True, pagination_class=None)
    def csv(self, request: Request, pk: str) -> HttpResponseBase:
        return self._file("csv")

    def _file(self, form: str) -> HttpResponseBase:
        review = self.get_object()
        if not AccessReview.objects.for_actor(self.actor, "export").filter(pk=review.pk).exists():
            raise NotFound()
        return as_file(self.actor, table_of(review), form, review)


class ReviewItemViewSet(FreshWrites, ReadOnlyRecordViewSet):
    """The items of one review. `POST …/reopen` takes a "keep" back."""

    resource = "compliance"
    queryset = ReviewItem.objects.all()
    serializer_class = ReviewItemSerializer
    filterset_class = ReviewItemFilters
    extra_permissions: ClassVar[dict[str, str]] = {"reopen": "compliance:write"}
    parameters: ClassVar[dict[str, set[str]]] = {**ReadOnlyRecordViewSet.parameters, "reopen": set()}

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(review=self._review().pk)

    def list(self, request: Request, parent_pk: str) -> Response:  # type: ignore[override]
        return super().list(request)

    def retrieve(self, request: Request, parent_pk: str, pk: str) -> Any:  # type: ignore[override]
        return super().retrieve(request, pk)

    @extend_schema(request=None)
    def reopen(self, request: Request, parent_pk: str, pk: str) -> Response:
        return self.answer(deciding.item_reopen(self.actor, self._review().pk, pk))

    def _review(self) -> AccessReview:
        try:
            return AccessReview.objects.for_actor(self.actor).get(pk=self.kwargs["parent_pk"])
        except (AccessReview.DoesNotExist, ValueError, TypeError):
            raise NotFound() from None


class ProcessingActivityViewSet(EditableViewSet):
    resource = "compliance"
    queryset = ProcessingActivity.objects.all()
    serializer_class = ProcessingActivitySerializer
    filterset_class = ProcessingActivityFilters
    create_service = processing.processing_activity_create
    update_service = processing.processing_activity_update
    verbs: ClassVar[dict[str, str]] = {**EditableViewSet.verbs, "destroy": "write"}

    def destroy(self, request: Request, pk: str) -> Response:
        processing.processing_activity_delete(self.actor, pk, version=expected_version(request))
        return Response(status=204)
