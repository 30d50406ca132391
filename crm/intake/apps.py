from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "crm.intake"
    label = "intake"
