from django.urls import path

from crm.privacy.views import retention as views

app_name = "retention_policies"

urlpatterns = [
    path("", views.RetentionList.as_view(), name="list"),
    path("new/", views.RetentionCreate.as_view(), name="create"),
    path("<uuid:pk>/", views.RetentionPreview.as_view(), name="detail"),
    path("<uuid:pk>/edit/", views.RetentionEdit.as_view(), name="edit"),
]
