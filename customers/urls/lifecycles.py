from django.urls import path

from customers.views import lifecycles as views

app_name = "lifecycles"

urlpatterns = [
    path("", views.LifecycleList.as_view(), name="list"),
    path("<uuid:pk>/edit/", views.LifecycleEdit.as_view(), name="edit"),
]
