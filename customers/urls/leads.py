from django.urls import path

from customers.views import leads as views
from customers.views import merging
from customers.views.consents import LeadConsent

app_name = "leads"

urlpatterns = [
    path("", views.LeadList.as_view(), name="list"),
    path("new/", views.LeadCreate.as_view(), name="create"),
    path("options/", views.LeadOptions.as_view(), name="options"),
    path("bulk/", views.LeadBulk.as_view(), name="bulk"),
    path("<uuid:pk>/", views.LeadDetail.as_view(), name="detail"),
    path("<uuid:pk>/timeline/", views.LeadTimeline.as_view(), name="timeline"),
    path("<uuid:pk>/edit/", views.LeadEdit.as_view(), name="edit"),
    path("<uuid:pk>/history/", views.LeadHistory.as_view(), name="history"),
    path("<uuid:pk>/fields/<str:name>/", views.LeadField.as_view(), name="field"),
    path("<uuid:pk>/consents/<slug:channel>/", LeadConsent.as_view(), name="consent"),
    path("<uuid:pk>/archive/", views.LeadArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.LeadRestore.as_view(), name="restore"),
    path("<uuid:pk>/merge/", merging.LeadMerge.as_view(), name="merge"),
    path("<uuid:pk>/delete/", views.LeadDelete.as_view(), name="delete"),
]
