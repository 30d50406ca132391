from django.apps import AppConfig
from django.core.checks import register

from crm.core.environment.checks import names_are_known


class CoreConfig(AppConfig):
    name = "crm.core"
    label = "core"

    def ready(self) -> None:
        register(names_are_known)
