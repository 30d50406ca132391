from django.urls import path

from crm.web.views import home

app_name = "activities"

urlpatterns = [path("", home, name="list"), path("new/", home, name="create")]
