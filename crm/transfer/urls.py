from django.urls import path

from crm.transfer import views

app_name = "transfer"

urlpatterns = [
    path("", views.ImportList.as_view(), name="imports"),
    path("new/", views.Upload.as_view(), name="upload"),
    path("<uuid:pk>/", views.ImportDetail.as_view(), name="detail"),
    path("<uuid:pk>/mapping/", views.Mapping.as_view(), name="mapping"),
    path("<uuid:pk>/start/", views.Start.as_view(), name="start"),
    path("<uuid:pk>/state/", views.State.as_view(), name="state"),
    path("<uuid:pk>/cancel/", views.Cancel.as_view(), name="cancel"),
    path("<uuid:pk>/resume/", views.Resume.as_view(), name="resume"),
    path("<uuid:pk>/undo/", views.Undo.as_view(), name="undo"),
    path("<uuid:pk>/conflicts/<uuid:conflict>/", views.TakeBack.as_view(), name="take_back"),
    path("<uuid:pk>/step/", views.Step.as_view(), name="step"),
    path("<uuid:pk>/delete/", views.Delete.as_view(), name="delete"),
    path("<uuid:pk>/errors.csv", views.ErrorFile.as_view(), name="errors"),
]
