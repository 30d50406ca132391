"""Everything that is logged with an exception is reported; nothing is collected of requests by itself."""

import sentry_sdk
from django.apps import AppConfig
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration

from crm.core.error_reports.reporting import report, scrubbed
from crm.core.logs import report_with


class ErrorReportsConfig(AppConfig):
    name = "crm.core.error_reports"
    label = "error_reports"

    def ready(self) -> None:
        """Its integrations would gather requests, statements and log lines; ours has what the log has, scrubbed."""
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            sample_rate=settings.SENTRY_SAMPLE_RATE,
            environment=settings.ENV.ENVIRONMENT,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[AtexitIntegration(callback=quietly), DedupeIntegration()],
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            server_name="",
            before_send=scrubbed,
        )
        report_with(report)


def quietly(_waiting: int, _seconds: float) -> None:
    """The library would write to the terminal that it still sends."""
