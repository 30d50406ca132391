from django.urls import path

from auditlog import seals, views

app_name = "auditlog"

urlpatterns = [
    path("", views.Explorer.as_view(), name="explorer"),
    path("<uuid:pk>/", views.EventDetail.as_view(), name="event"),
    path("<uuid:pk>/proof.json", views.EventProof.as_view(), name="proof"),
    path("seals/", seals.Seals.as_view(), name="seals"),
    path("seals/<str:kid>.pem", seals.PublicKey.as_view(), name="public_key"),
    path("verifier.py", seals.Verifier.as_view(), name="verifier"),
]
