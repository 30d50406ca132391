"""What administrators look after: people, teams, roles, clients, keys, rules of sign-in."""

from typing import Any

from django.urls import path

from accounts.views import areas

app_name = "settings"

urlpatterns: list[Any] = [
    path("", areas.settings_home, name="home"),
]
