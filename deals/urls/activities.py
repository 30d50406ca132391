from django.urls import path

from deals.views import activities as views

app_name = "activities"

urlpatterns = [
    path("", views.ActivityList.as_view(), name="list"),
    path("new/", views.ActivityCreate.as_view(), name="create"),
    path("bulk/", views.ActivityBulk.as_view(), name="bulk"),
    path("<uuid:pk>/", views.ActivityDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", views.ActivityEdit.as_view(), name="edit"),
    path("<uuid:pk>/complete/", views.ActivityComplete.as_view(), name="complete"),
    path("<uuid:pk>/reopen/", views.ActivityReopen.as_view(), name="reopen"),
    path("<uuid:pk>/archive/", views.ActivityArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.ActivityRestore.as_view(), name="restore"),
    path("<uuid:pk>/delete/", views.ActivityDelete.as_view(), name="delete"),
]
