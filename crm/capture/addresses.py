"""Beside crm.api, which is below and knows nothing of this unit."""

from django.urls import include, re_path

from crm.capture.api import LeadSourceViewSet, SubmissionViewSet
from crm.core.api.routing import AnySlashRouter

app_name = "capture_api"

SUBMISSIONS = r"^lead-sources/(?P<parent_pk>[^/.]+)/submissions"
ONE = rf"{SUBMISSIONS}/(?P<pk>[^/.]+)"

router = AnySlashRouter()
router.register("lead-sources", LeadSourceViewSet, basename="lead-sources")

urlpatterns = [
    re_path(rf"{SUBMISSIONS}/?$", SubmissionViewSet.as_view({"get": "list"}), name="submissions"),
    re_path(rf"{ONE}/?$", SubmissionViewSet.as_view({"get": "retrieve"}), name="submission"),
    re_path(rf"{ONE}/accept/?$", SubmissionViewSet.as_view({"post": "accept"}), name="submission_accept"),
    re_path(rf"{ONE}/dismiss/?$", SubmissionViewSet.as_view({"post": "dismiss"}), name="submission_dismiss"),
    re_path("", include(router.urls)),
]
