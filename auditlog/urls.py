from django.urls import path

from auditlog import reports, seals, views

app_name = "auditlog"

urlpatterns = [
    path("", views.Explorer.as_view(), name="explorer"),
    path("<uuid:pk>/", views.EventDetail.as_view(), name="event"),
    path("<uuid:pk>/proof.json", views.EventProof.as_view(), name="proof"),
    path("analytics/", reports.AnalyticsPage.as_view(), name="analytics"),
    path("export/", reports.Export.as_view(), name="export"),
    path("seals/", seals.Seals.as_view(), name="seals"),
    path("seals/<str:kid>.pem", seals.PublicKey.as_view(), name="public_key"),
    path("verifier.py", seals.Verifier.as_view(), name="verifier"),
]
