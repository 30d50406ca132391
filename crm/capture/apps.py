from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "crm.capture"
    label = "capture"
