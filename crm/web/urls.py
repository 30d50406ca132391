from django.urls import path

from crm.web import compose, search, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("compose/<str:subject>/<uuid:pk>/", compose.Compose.as_view(), name="compose"),
    path("search/", search.search_page, name="search"),
]
