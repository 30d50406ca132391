from typing import Any

from django.urls import path

from crm.notices.views import live, pages, preferences

app_name = "notices"

urlpatterns: list[Any] = [
    path("", pages.NoticeList.as_view(), name="list"),
    path("panel/", pages.NoticePanel.as_view(), name="panel"),
    path("state/", live.BellLook.as_view(), name="state"),
    path("stream/", live.stream, name="stream"),
    path("settings/", preferences.NoticePreferences.as_view(), name="settings"),
    path("read-all/", pages.NoticesReadAll.as_view(), name="read_all"),
    path("<uuid:pk>/open/", pages.NoticeOpen.as_view(), name="open"),
    path("<uuid:pk>/read/", pages.NoticeRead.as_view(), name="read"),
    path("<uuid:pk>/unread/", pages.NoticeUnread.as_view(), name="unread"),
    path("<uuid:pk>/snooze/<slug:until>/", pages.NoticeSnooze.as_view(), name="snooze"),
]
