from django.urls import path

from crm.privacy.views import erasing
from crm.privacy.views import subjects as views

app_name = "subject_requests"

urlpatterns = [
    path("", views.SubjectRequestList.as_view(), name="list"),
    path("new/", views.SubjectRequestCreate.as_view(), name="create"),
    path("<uuid:pk>/", views.SubjectRequestDetail.as_view(), name="detail"),
    path("<uuid:pk>/records/", views.SubjectRequestChoose.as_view(), name="choose"),
    path("<uuid:pk>/complete/", views.SubjectRequestComplete.as_view(), name="complete"),
    path("<uuid:pk>/refuse/", views.SubjectRequestRefuse.as_view(), name="refuse"),
    path("<uuid:pk>/export/", views.SubjectExport.as_view(), name="export"),
    path("<uuid:pk>/export/file/", views.Archive.as_view(), name="archive"),
    path("<uuid:pk>/progress/<slug:kind>/", erasing.Progress.as_view(), name="progress"),
    path("<uuid:pk>/search/", erasing.Search.as_view(), name="search"),
    path("<uuid:pk>/erase/", erasing.Erase.as_view(), name="erase"),
    path("<uuid:pk>/certificate/<slug:form>/", erasing.Certificate.as_view(), name="certificate"),
]
