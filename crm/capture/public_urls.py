"""What strangers and programs call; the tokens are the only way in."""

from django.urls import path

from crm.capture.views.inbound import InboundWebhook
from crm.capture.views.public import Thanks, WebForm

app_name = "capture_public"

urlpatterns = [
    path("forms/<str:token>/", WebForm.as_view(), name="form"),
    path("forms/<str:token>/thanks/", Thanks.as_view(), name="thanks"),
    path("hooks/<str:token>/", InboundWebhook.as_view(), name="inbound"),
    # A program that leaves the slash out: led to the other address, it would lose what it posts.
    path("hooks/<str:token>", InboundWebhook.as_view(), name="inbound_without_slash"),
]
