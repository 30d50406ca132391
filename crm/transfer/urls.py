from django.urls import path

from crm.web.views import home

app_name = "transfer"

urlpatterns = [path("", home, name="imports")]
