from django.urls import path

from customers.views import custom_fields as views

app_name = "custom_fields"

urlpatterns = [
    path("", views.CustomFieldList.as_view(), name="list"),
    path("new/", views.CustomFieldCreate.as_view(), name="create"),
    path("<uuid:pk>/edit/", views.CustomFieldEdit.as_view(), name="edit"),
    path("<uuid:pk>/move/", views.CustomFieldMove.as_view(), name="move"),
    path("<uuid:pk>/archive/", views.CustomFieldArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.CustomFieldRestore.as_view(), name="restore"),
    path("<uuid:pk>/delete/", views.CustomFieldDelete.as_view(), name="delete"),
]
