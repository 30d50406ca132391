"""Addresses of saved views; the views themselves are shown by the lists."""

from django.urls import path

from crm.lists import views
from crm.lists.filter_page import FilterPage

app_name = "lists"

urlpatterns = [
    path("filter/", FilterPage.as_view(), name="filter"),
    path("new/", views.ViewCreate.as_view(), name="create"),
    path("<uuid:pk>/save/", views.ViewSave.as_view(), name="save"),
    path("<uuid:pk>/edit/", views.ViewEdit.as_view(), name="edit"),
    path("<uuid:pk>/delete/", views.ViewDelete.as_view(), name="delete"),
    path("<uuid:pk>/restore/", views.ViewRestore.as_view(), name="restore"),
    path("<uuid:pk>/default/", views.ViewDefault.as_view(), name="default"),
]
