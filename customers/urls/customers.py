from django.urls import path

from customers.views import bulk
from customers.views import customers as views

app_name = "customers"

urlpatterns = [
    path("", views.CustomerList.as_view(), name="list"),
    path("new/", views.CustomerCreate.as_view(), name="create"),
    path("options/", views.CustomerOptions.as_view(), name="options"),
    path("bulk/", views.CustomerBulk.as_view(), name="bulk"),
    path("bulk/<uuid:pk>/undo/", bulk.BulkUndo.as_view(), name="undo"),
    path("<uuid:pk>/", views.CustomerDetail.as_view(), name="detail"),
    path("<uuid:pk>/timeline/", views.CustomerTimeline.as_view(), name="timeline"),
    path("<uuid:pk>/edit/", views.CustomerEdit.as_view(), name="edit"),
    path("<uuid:pk>/fields/<slug:name>/", views.CustomerField.as_view(), name="field"),
    path("<uuid:pk>/archive/", views.CustomerArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.CustomerRestore.as_view(), name="restore"),
    path("<uuid:pk>/delete/", views.CustomerDelete.as_view(), name="delete"),
]
