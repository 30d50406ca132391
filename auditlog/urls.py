from django.urls import path

from crm.web.views import home

app_name = "auditlog"

urlpatterns = [path("", home, name="explorer")]
