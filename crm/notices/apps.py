from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "crm.notices"
    label = "notices"
