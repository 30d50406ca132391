from django.urls import path

from crm.transfer import views

app_name = "transfer"

urlpatterns = [
    path("", views.ImportList.as_view(), name="imports"),
    path("new/", views.Upload.as_view(), name="upload"),
    path("<uuid:pk>/", views.ImportDetail.as_view(), name="detail"),
    path("<uuid:pk>/mapping/", views.Mapping.as_view(), name="mapping"),
    path("<uuid:pk>/start/", views.Start.as_view(), name="start"),
    path("<uuid:pk>/step/", views.Step.as_view(), name="step"),
    path("<uuid:pk>/delete/", views.Delete.as_view(), name="delete"),
    path("<uuid:pk>/errors.csv", views.ErrorFile.as_view(), name="errors"),
]
