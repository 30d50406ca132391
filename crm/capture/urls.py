from django.urls import path

from crm.capture.views import sources, submissions

app_name = "capture"

urlpatterns = [
    path("", sources.LeadSourceList.as_view(), name="list"),
    path("new/", sources.LeadSourceCreate.as_view(), name="create"),
    path("<uuid:pk>/", sources.LeadSourceDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", sources.LeadSourceEdit.as_view(), name="edit"),
    path("<uuid:pk>/rotate/", sources.LeadSourceRotate.as_view(), name="rotate"),
    path("<uuid:pk>/delete/", sources.LeadSourceDelete.as_view(), name="delete"),
    path("<uuid:pk>/submissions/<uuid:submission_pk>/", submissions.SubmissionDetail.as_view(), name="submission"),
    path("<uuid:pk>/submissions/<uuid:submission_pk>/accept/", submissions.SubmissionAccept.as_view(), name="accept"),
    path(
        "<uuid:pk>/submissions/<uuid:submission_pk>/dismiss/", submissions.SubmissionDismiss.as_view(), name="dismiss"
    ),
]
