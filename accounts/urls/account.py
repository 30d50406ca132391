"""What is a person's own: profile, security, sessions, granted applications, API keys."""

from typing import Any

from django.urls import path

from accounts.views import areas

app_name = "accounts"

urlpatterns: list[Any] = [
    path("", areas.account_home, name="home"),
]
