from django.urls import path

from customers.views import contacts as views
from customers.views import merging
from customers.views.consents import ContactConsent
from customers.views.further import ContactPrimary

app_name = "contacts"

urlpatterns = [
    path("", views.ContactList.as_view(), name="list"),
    path("new/", views.ContactCreate.as_view(), name="create"),
    path("options/", views.ContactOptions.as_view(), name="options"),
    path("bulk/", views.ContactBulk.as_view(), name="bulk"),
    path("<uuid:pk>/", views.ContactDetail.as_view(), name="detail"),
    path("<uuid:pk>/timeline/", views.ContactTimeline.as_view(), name="timeline"),
    path("<uuid:pk>/edit/", views.ContactEdit.as_view(), name="edit"),
    path("<uuid:pk>/history/", views.ContactHistory.as_view(), name="history"),
    path("<uuid:pk>/fields/<str:name>/", views.ContactField.as_view(), name="field"),
    path("<uuid:pk>/consents/<slug:channel>/", ContactConsent.as_view(), name="consent"),
    path("<uuid:pk>/primary/<slug:name>/<int:at>/", ContactPrimary.as_view(), name="primary"),
    path("<uuid:pk>/archive/", views.ContactArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.ContactRestore.as_view(), name="restore"),
    path("<uuid:pk>/merge/", merging.ContactMerge.as_view(), name="merge"),
    path("<uuid:pk>/delete/", views.ContactDelete.as_view(), name="delete"),
]
