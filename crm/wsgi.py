"""The web process. Its server loads this once per worker."""

import os

from django.core.wsgi import get_wsgi_application

from crm.core.collecting import settle
from crm.core.processes import Duty, process_is_for

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
process_is_for(Duty.WEB)
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.CELERY_BROKER_URL:
    from crm.celery import start_publishing as start
else:
    from crm.ops.workers import start_sending as start

if not settings.RUN_LATER_AT_ONCE:
    start()

settle()
