from django.urls import path

from crm.bulk import views

app_name = "bulk"

urlpatterns = [
    path("", views.BulkList.as_view(), name="list"),
    path("change/", views.BulkChange.as_view(), name="change"),
    path("<uuid:pk>/", views.BulkDetail.as_view(), name="detail"),
    path("<uuid:pk>/progress/", views.BulkProgress.as_view(), name="progress"),
    path("<uuid:pk>/cancel/", views.BulkCancel.as_view(), name="cancel"),
    path("<uuid:pk>/undo/", views.BulkUndo.as_view(), name="undo"),
    path("<uuid:pk>/left.csv", views.BulkReport.as_view(), name="report"),
]
