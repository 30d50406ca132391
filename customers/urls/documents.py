from django.urls import path

from customers.documents import views

app_name = "documents"

urlpatterns = [
    path("", views.DocumentList.as_view(), name="list"),
    path("for/<slug:subject>/<uuid:pk>/", views.ForRecord.as_view(), name="for_record"),
    path("for/<slug:subject>/<uuid:pk>/upload/", views.Upload.as_view(), name="upload"),
    path("<uuid:pk>/", views.DocumentDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", views.DocumentEdit.as_view(), name="edit"),
    path("<uuid:pk>/download/", views.Download.as_view(), name="download"),
    path("<uuid:pk>/preview/", views.Preview.as_view(), name="preview"),
    path("<uuid:pk>/versions/", views.AddVersion.as_view(), name="add_version"),
    path("<uuid:pk>/versions/<int:number>/restore/", views.RestoreVersion.as_view(), name="restore_version"),
    path("<uuid:pk>/verify/", views.Verify.as_view(), name="verify"),
    path("<uuid:pk>/archive/", views.DocumentArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.DocumentRestore.as_view(), name="restore"),
    path("<uuid:pk>/delete/", views.DocumentDelete.as_view(), name="delete"),
]
