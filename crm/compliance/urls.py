from django.urls import path

from crm.compliance.views import holds, home, processing, reports, reviews

app_name = "compliance"

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("reviews/", reviews.ReviewList.as_view(), name="reviews"),
    path("reviews/new/", reviews.ReviewStart.as_view(), name="review_start"),
    path("reviews/<uuid:pk>/", reviews.ReviewDetail.as_view(), name="review"),
    path("reviews/<uuid:pk>/edit/", reviews.ReviewEdit.as_view(), name="review_edit"),
    path("reviews/<uuid:pk>/decide/", reviews.ReviewDecide.as_view(), name="review_decide"),
    path("reviews/<uuid:pk>/complete/", reviews.ReviewComplete.as_view(), name="review_complete"),
    path("reviews/<uuid:pk>/items/<uuid:item>/", reviews.ItemDetail.as_view(), name="review_item"),
    path("reviews/<uuid:pk>/items/<uuid:item>/reopen/", reviews.ItemReopen.as_view(), name="review_item_reopen"),
    path("reviews/<uuid:pk>/check/", reviews.ReviewCheckPage.as_view(), name="review_check"),
    path("reviews/<uuid:pk>/<slug:form>/", reviews.ReviewFile.as_view(), name="review_file"),
    path("holds/", holds.HoldList.as_view(), name="holds"),
    path("holds/new/", holds.HoldPlace.as_view(), name="hold_place"),
    path("holds/<uuid:pk>/", holds.HoldDetail.as_view(), name="hold"),
    path("holds/<uuid:pk>/release/", holds.HoldRelease.as_view(), name="hold_release"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path("reports/<slug:name>/", reports.ReportDetail.as_view(), name="report"),
    path("reports/<slug:name>/<slug:form>/", reports.ReportFile.as_view(), name="report_file"),
    path("processing/", processing.ProcessingList.as_view(), name="processing"),
    path("processing/new/", processing.ProcessingCreate.as_view(), name="processing_create"),
    path("processing/<uuid:pk>/", processing.ProcessingDetail.as_view(), name="processing_activity"),
    path("processing/<uuid:pk>/edit/", processing.ProcessingEdit.as_view(), name="processing_edit"),
    path("processing/<uuid:pk>/delete/", processing.ProcessingDelete.as_view(), name="processing_delete"),
]
