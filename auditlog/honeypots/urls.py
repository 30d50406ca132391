"""Decoys at the root of the site, and the file that keeps honest crawlers off them."""

from django.urls import path

from auditlog.honeypots.decoys import DECOYS
from auditlog.honeypots.views import DecoyPage, Robots

urlpatterns = [
    path("robots.txt", Robots.as_view(), name="robots"),
    *(path(route, DecoyPage.as_view(decoy=decoy)) for decoy in DECOYS for route in decoy.routes),
]
