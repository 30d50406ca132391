from django.urls import path

from crm.web import search, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search.search_page, name="search"),
]
