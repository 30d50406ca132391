from django.urls import path

from customers.views import bulk, merging, tree
from customers.views import customers as views

app_name = "customers"

urlpatterns = [
    path("", views.CustomerList.as_view(), name="list"),
    path("new/", views.CustomerCreate.as_view(), name="create"),
    path("options/", views.CustomerOptions.as_view(), name="options"),
    path("bulk/", views.CustomerBulk.as_view(), name="bulk"),
    path("bulk/<uuid:pk>/undo/", bulk.BulkUndo.as_view(), name="undo"),
    path("merges/<uuid:pk>/undo/", merging.MergeUndo.as_view(), name="merge_undo"),
    path("<uuid:pk>/", views.CustomerDetail.as_view(), name="detail"),
    path("<uuid:pk>/timeline/", views.CustomerTimeline.as_view(), name="timeline"),
    path("<uuid:pk>/history/", views.CustomerHistory.as_view(), name="history"),
    path("<uuid:pk>/fields/<str:name>/", views.CustomerField.as_view(), name="field"),
    path("<uuid:pk>/edit/", tree.CustomerEdit.as_view(), name="edit"),
    path("<uuid:pk>/tree/", tree.CustomerTree.as_view(), name="tree"),
    path("<uuid:pk>/group/", tree.CustomerGroup.as_view(), name="group"),
    path("<uuid:pk>/move/", tree.CustomerMove.as_view(), name="move"),
    path("<uuid:pk>/archive/", views.CustomerArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.CustomerRestore.as_view(), name="restore"),
    path("<uuid:pk>/merge/", merging.CustomerMerge.as_view(), name="merge"),
    path("<uuid:pk>/delete/", views.CustomerDelete.as_view(), name="delete"),
]
