from django.apps import AppConfig


class MailroomConfig(AppConfig):
    name = "crm.mailroom"
    label = "mailroom"
