"""Pages of the security area."""

from django.urls import path

from auditlog.alerts import views
from auditlog.honeypots import canary_pages, pages

app_name = "security"

urlpatterns = [
    path("bans/", pages.BanList.as_view(), name="bans"),
    path("bans/add/", pages.BanAdd.as_view(), name="ban_add"),
    path("bans/<uuid:pk>/lift/", pages.BanLift.as_view(), name="ban_lift"),
    path("", views.Centre.as_view(), name="centre"),
    path("events/", views.Events.as_view(), name="events"),
    path("events/<uuid:pk>/", views.EventPage.as_view(), name="events_detail"),
    path("alerts/", views.Alerts.as_view(), name="alerts"),
    path("alerts/<uuid:pk>/", views.AlertPage.as_view(), name="alerts_detail"),
    path("alerts/<uuid:pk>/acknowledge/", views.Acknowledge.as_view(), name="alerts_acknowledge"),
    path("alerts/<uuid:pk>/close/", views.Close.as_view(), name="alerts_close"),
    path("alerts/<uuid:pk>/comment/", views.Comment.as_view(), name="alerts_comment"),
    path("alerts/<uuid:pk>/act/<slug:action>/", views.ActPage.as_view(), name="alerts_act"),
    path("rules/", views.Rules.as_view(), name="rules"),
    path("rules/<uuid:pk>/", views.RuleEdit.as_view(), name="rules_edit"),
    path("canaries/", canary_pages.Canaries.as_view(), name="canaries"),
    path("canaries/records/", canary_pages.RecordsPlant.as_view(), name="canary_records"),
    path("canaries/keys/", canary_pages.KeyMint.as_view(), name="canary_key"),
    path("canaries/<slug:kind>/<uuid:pk>/remove/", canary_pages.CanaryRemove.as_view(), name="canary_remove"),
]
