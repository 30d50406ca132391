"""The process of the event stream (docs/notifications.md). Pages are answered by crm.wsgi, which is four times faster.

It sends no mail and runs no job: the other processes do.
"""

import os

from django.core.asgi import get_asgi_application

from crm.core.processes import Duty, process_is_for

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
process_is_for(Duty.WEB)
application = get_asgi_application()
