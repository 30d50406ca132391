from django.urls import path

from crm.web.views import home

app_name = "leads"

urlpatterns = [path("", home, name="list"), path("new/", home, name="create"), path("<uuid:pk>/", home, name="detail")]
