"""What is a person's own: profile, security, sessions, granted applications, API keys."""

from typing import Any

from django.urls import path

from accounts.views import areas, sessions

app_name = "accounts"

urlpatterns: list[Any] = [
    path("", areas.account_home, name="home"),
    path("sessions/", sessions.SessionList.as_view(), name="sessions"),
    path("sessions/<uuid:pk>/end/", sessions.SessionEnd.as_view(), name="session_end"),
    path("sessions/end-others/", sessions.OtherSessionsEnd.as_view(), name="sessions_end_others"),
    path("sessions/end-all/", sessions.EverywhereEnd.as_view(), name="sessions_end_all"),
    path("sessions/here/", sessions.SessionHere.as_view(), name="session_here"),
    path("sessions/resumed/", sessions.SessionResumed.as_view(), name="session_resumed"),
]
