from django.urls import path

from customers.views import labels as views

app_name = "labels"

urlpatterns = [
    path("", views.LabelList.as_view(), name="list"),
    path("new/", views.LabelCreate.as_view(), name="create"),
    path("<uuid:pk>/edit/", views.LabelEdit.as_view(), name="edit"),
    path("<uuid:pk>/archive/", views.LabelArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.LabelRestore.as_view(), name="restore"),
]
