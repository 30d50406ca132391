from django.urls import path

from crm.web.views import home

app_name = "deals"

urlpatterns = [
    path("", home, name="list"),
    path("board/", home, name="board"),
    path("new/", home, name="create"),
    path("<uuid:pk>/", home, name="detail"),
]
