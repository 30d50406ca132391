from django.urls import path

from auditlog import views

app_name = "auditlog"

urlpatterns = [
    path("", views.Explorer.as_view(), name="explorer"),
    path("<uuid:pk>/", views.EventDetail.as_view(), name="event"),
]
