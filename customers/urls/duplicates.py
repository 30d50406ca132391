from django.urls import path

from customers.views import duplicates as views

app_name = "duplicates"

urlpatterns = [
    path("", views.DuplicateList.as_view(), name="list"),
    path("<uuid:pk>/dismiss/", views.DuplicateDismiss.as_view(), name="dismiss"),
    path("<uuid:pk>/reopen/", views.DuplicateReopen.as_view(), name="reopen"),
]
