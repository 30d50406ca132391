"""Beside crm.api, which is on the same floor and knows nothing of this unit."""

from typing import Any

from django.urls import include, re_path

from crm.compliance import api, report_api
from crm.compliance.hold_api import LegalHoldViewSet
from crm.core.api.routing import AnySlashRouter

app_name = "compliance_api"

RESOURCES: dict[str, type[Any]] = {
    "compliance/reviews": api.AccessReviewViewSet,
    "compliance/holds": LegalHoldViewSet,
    "compliance/processing-activities": api.ProcessingActivityViewSet,
}
ITEM = r"^compliance/reviews/(?P<parent_pk>[^/.]+)/items/(?P<pk>[^/.]+)"
REPORT = r"^compliance/reports/(?P<name>[a-z0-9-]+)"

router = AnySlashRouter()
for address, viewset in RESOURCES.items():
    router.register(address, viewset, basename=address.replace("/", "-"))

urlpatterns = [
    re_path(
        r"^compliance/reviews/(?P<parent_pk>[^/.]+)/items/?$",
        api.ReviewItemViewSet.as_view({"get": "list"}),
        name="review_items",
    ),
    re_path(rf"{ITEM}/?$", api.ReviewItemViewSet.as_view({"get": "retrieve"}), name="review_item"),
    re_path(rf"{ITEM}/reopen/?$", api.ReviewItemViewSet.as_view({"post": "reopen"}), name="review_item_reopen"),
    re_path(r"^compliance/reports/?$", report_api.ReportListView.as_view(), name="compliance_reports"),
    re_path(rf"{REPORT}/?$", report_api.ReportView.as_view(), name="compliance_report"),
    re_path(rf"{REPORT}/pdf/?$", report_api.ReportPdfView.as_view(), name="compliance_report_pdf"),
    re_path(rf"{REPORT}/csv/?$", report_api.ReportCsvView.as_view(), name="compliance_report_csv"),
    re_path("", include(router.urls)),
]
