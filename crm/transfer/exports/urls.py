from django.urls import path

from crm.transfer.exports import views

app_name = "exports"

urlpatterns = [
    path("", views.ExportList.as_view(), name="list"),
    path("new/", views.ExportNew.as_view(), name="new"),
    path("create/", views.ExportCreate.as_view(), name="create"),
    path("<uuid:pk>/", views.ExportDetail.as_view(), name="detail"),
    path("<uuid:pk>/progress/", views.ExportProgress.as_view(), name="progress"),
    path("<uuid:pk>/download/", views.ExportDownload.as_view(), name="download"),
    path("<uuid:pk>/manifest.json", views.ExportManifest.as_view(), name="manifest"),
    path("<uuid:pk>/delete/", views.ExportDelete.as_view(), name="delete"),
]
