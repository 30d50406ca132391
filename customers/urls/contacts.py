from django.urls import path

from crm.web.views import home

app_name = "contacts"

urlpatterns = [path("", home, name="list"), path("new/", home, name="create"), path("<uuid:pk>/", home, name="detail")]
