"""What administrators look after: people, teams, roles, clients, keys, rules of sign-in."""

from typing import Any

from django.urls import path

from accounts.views import areas, sessions

app_name = "settings"

urlpatterns: list[Any] = [
    path("", areas.settings_home, name="home"),
    path("people/<uuid:pk>/sessions/", sessions.PersonSessionList.as_view(), name="people_sessions"),
    path("people/<uuid:pk>/sessions/end-all/", sessions.PersonEverywhereEnd.as_view(), name="people_sessions_end_all"),
]
